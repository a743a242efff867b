import { describe, expect, test } from 'vitest';
import { originNetwork, type RequestParts } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';
import { nested } from '../../support/wildcards.ts';

const ACCESS = 'text/javascript; charset=UTF-8';
const PLAIN = 'text/javascript; charset="UTF-8"';
const STAMP = '17000000000000000';
const COULD_NOT_PARSE = {
  message: 'Could Not Parse Request',
  error: true,
  service: 'Access Manager',
  status: 400,
};
const LONG = 'x'.repeat(32_769);

interface Row {
  readonly name: string;
  readonly target: string;
  readonly parts?: RequestParts;
  readonly status: number;
  readonly contentType?: string;
  readonly body: unknown;
}

const balancer = (status: number, message: string) => ({ message, error: true, service: 'Balancer', status });
const access = (status: number, message: string, payload?: object) => ({
  message,
  ...(payload && { payload }),
  error: true,
  service: 'Access Manager',
  status,
});

const ROWS: readonly Row[] = [
  {
    name: 'a publish key that does not belong to the subscribe key',
    target: '/publish/fake/sub/0/ch1/0/%22hey%22',
    status: 400,
    body: [0, 'Invalid Key', STAMP],
  },
  {
    name: 'an unknown subscribe key when publishing',
    target: '/publish/blah/blah/0/blah/0/%22hey%22',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Subscribe Key'),
  },
  {
    name: 'an unknown subscribe key when subscribing',
    target: '/v2/subscribe/blah/a/0',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Subscribe Key'),
  },
  {
    name: 'an unknown subscribe key in a heartbeat',
    target: '/v2/presence/sub-key/blah/channel/a/heartbeat',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Subscribe Key'),
  },
  {
    name: 'a subscribe key with characters that keys do not have',
    target: '/v2/subscribe/s%7Bx%7D/a/0',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Subscribe Key'),
  },
  {
    name: 'a payload that is not JSON',
    target: '/publish/pub/sub/0/a/0/hello',
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'an empty payload',
    target: '/publish/pub/sub/0/a/0/',
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'a posted payload that is not JSON',
    target: '/publish/pub/sub/0/a/0',
    parts: { method: 'POST', body: '{"a":' },
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'a posted payload that is not UTF-8',
    target: '/publish/pub/sub/0/a/0',
    parts: { method: 'POST', body: Uint8Array.of(0x22, 0xff, 0x22) },
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'a posted payload that pretends to be gzip',
    target: '/publish/pub/sub/0/a/0',
    parts: { method: 'POST', body: Uint8Array.of(0x1f, 0x8b, 1, 2, 3) },
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'meta that is not JSON',
    target: '/publish/pub/sub/0/a/0/1?meta=%7B',
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'a message above 32 KiB',
    target: '/publish/pub/sub/0/a/0',
    parts: { method: 'POST', body: JSON.stringify(LONG) },
    status: 400,
    body: [0, 'Message Too Large', STAMP],
  },
  {
    name: 'a signal above 64 bytes',
    target: `/signal/pub/sub/0/a/0/%22${'x'.repeat(63)}%22`,
    status: 400,
    body: [0, 'Signal size too large', STAMP],
  },
  {
    name: 'a signal of 63 characters that are more bytes',
    target: `/signal/pub/sub/0/a/0/%22${'%C3%A9'.repeat(32)}%22`,
    status: 400,
    body: [0, 'Signal size too large', STAMP],
  },
  {
    name: 'a signal that is not JSON',
    target: '/signal/pub/sub/0/a/0/x',
    status: 400,
    body: [0, 'Invalid JSON', STAMP],
  },
  {
    name: 'a ptto of sixteen digits',
    target: '/publish/pub/sub/0/a/0/1?ptto=1605779947400000',
    status: 400,
    body: [0, 'Invalid ptto: it has 17 digits', STAMP],
  },
  {
    name: 'a custom message type with a reserved start',
    target: '/publish/pub/sub/0/a/0/1?custom_message_type=pn_text',
    status: 400,
    body: [0, 'Invalid custom_message_type', STAMP],
  },
  {
    name: 'a publish path with a slash in the message',
    target: '/publish/pub/sub/0/a/0/%22a/b%22',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'a bad escape in a message',
    target: '/publish/pub/sub/0/a/0/%zz',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'a channel that is not UTF-8',
    target: '/v2/subscribe/sub/%ff/0',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'a bad escape in a parameter that is read',
    target: '/v2/subscribe/sub/a/0?uuid=%E0%A4%A',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'neither channels nor groups',
    target: '/v2/subscribe/sub/,/0',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'a cursor that is no timetoken',
    target: '/v2/subscribe/sub/a/0?tt=-1',
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'more parameters than allowed',
    target: `/v2/subscribe/sub/a/0?${'x&'.repeat(101)}`,
    status: 400,
    contentType: ACCESS,
    body: COULD_NOT_PARSE,
  },
  {
    name: 'more names than allowed',
    target: `/v2/subscribe/sub/${Array.from({ length: 2001 }, (_, index) => index).join(',')}/0`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Too Many Names: at most 2000'),
  },
  {
    name: 'more wildcards that cover one another than allowed, the deepest named in the answer',
    target: `/v2/subscribe/sub/b.*,${nested(10)},c/0`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Too Many Nested Wildcards: at most 8', {
      channels: nested(10).split(',').slice(8),
    }),
  },
  {
    name: 'the same beside a group',
    target: `/v2/subscribe/sub/${nested(9)}/0?channel-group=g`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Too Many Nested Wildcards: at most 8', {
      channels: nested(9).split(',').slice(8),
    }),
  },
  {
    name: 'the same of presence',
    target: `/v2/subscribe/sub/${nested(9, '-pnpres')}/0`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Too Many Nested Wildcards: at most 8', {
      channels: nested(9, '-pnpres').split(',').slice(8),
    }),
  },
  {
    name: 'a channel name that is too long, named in the answer',
    target: `/v2/subscribe/sub/a,${'b'.repeat(93)}/0`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Channel: it must have at most 92 characters, not 93', {
      channels: ['b'.repeat(93)],
    }),
  },
  {
    name: 'a group name with control characters, named in the answer',
    target: '/v2/subscribe/sub/a/0?channel-group=g%0A',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Channel Group: it must not contain control characters', {
      'channel-groups': ['g\n'],
    }),
  },
  {
    name: 'a publish to a presence channel',
    target: '/publish/pub/sub/0/a-pnpres/0/1',
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid Channel: presence events come from the origin only', {
      channels: ['a-pnpres'],
    }),
  },
  {
    name: 'a user id that is too long',
    target: `/v2/subscribe/sub/a/0?uuid=${'u'.repeat(93)}`,
    status: 400,
    contentType: ACCESS,
    body: access(400, 'Invalid uuid: it must have at most 92 characters, not 93'),
  },
  {
    name: 'a filter expression that is malformed',
    target: '/v2/subscribe/sub/a/0?tt=1&filter-expr=a%3D1',
    status: 481,
    contentType: ACCESS,
    body: access(481, 'Malformed filter expression: unexpected "=" at character 2'),
  },
  {
    name: 'state that is not JSON',
    target: '/v2/presence/sub-key/sub/channel/a/heartbeat?uuid=u&state=%7B',
    status: 400,
    body: { status: 400, error: 1, message: 'Invalid JSON specified.', service: 'Presence' },
  },
  {
    name: 'state that is nested too deep',
    target: `/v2/subscribe/sub/a/0?uuid=u&state=%7B%22a%22%3A${'%7B%22a%22%3A'.repeat(40)}1${'%7D'.repeat(41)}`,
    status: 400,
    body: { status: 400, error: 1, message: 'Invalid JSON specified.', service: 'Presence' },
  },
  {
    name: 'a state that is no object',
    target: '/v2/subscribe/sub/a/0?uuid=u&state=%7B%22a%22%3A1%7D',
    status: 400,
    body: { status: 400, error: 1, message: 'Invalid JSON specified.', service: 'Presence' },
  },
  {
    name: 'an unknown presence route',
    target: '/v2/presence/sub-key/sub/nonsense?x=1',
    status: 404,
    body: { message: "Not found: '/v2/presence/sub-key/sub/nonsense'", error: 1, service: 'Presence' },
  },
  { name: 'an unknown route', target: '/nonsense', status: 404, body: balancer(404, 'Not Found') },
  { name: 'no route at all', target: '', status: 404, body: balancer(404, 'Not Found') },
  {
    name: 'a method that the route does not have',
    target: '/time/0',
    parts: { method: 'DELETE' },
    status: 405,
    body: balancer(405, 'Method Not Allowed'),
  },
  {
    name: 'a request line above 32 KiB',
    target: `/publish/pub/sub/0/a/0/%22${LONG}%22`,
    status: 414,
    body: balancer(414, 'Request URI Too Long'),
  },
  {
    name: 'a body above the limit of bodies',
    target: '/publish/pub/sub/0/a/0',
    parts: { method: 'POST', body: new Uint8Array(1024 * 1024 + 1) },
    status: 413,
    body: balancer(413, 'Request Entity Too Large'),
  },
];

describe('is refused as documented', () => {
  test.each(ROWS)('$name', async ({ target, parts, status, contentType = PLAIN, body }) => {
    const { send } = originNetwork({ keysets: [{ subscribeKey: 'sub', publishKey: 'pub' }] });
    const reply = await send(target, parts);
    expect({ status: reply.status, contentType: reply.contentType, body: reply.json }).toEqual({
      status,
      contentType,
      body,
    });
  });
});

test('a refused publish leaves no trace', async () => {
  const { send, subscribe, drain } = originNetwork();
  const { t } = await subscribe('a');
  await send('/publish/demo/demo/0/a/0/1?custom_message_type=x');
  await send('/publish/demo/demo/0/a/0/1?ptto=1');
  await send('/publish/demo/demo/0/a/0/1?meta=nope');
  expect((await drain('a', t.t)).m).toEqual([]);
});

test('without keysets any well-formed keys are served', async () => {
  const { send } = originNetwork();
  expect((await send('/publish/any/thing_-1/0/a/0/1')).status).toBe(200);
});

test('a keyset without a publish key accepts any', async () => {
  const { send } = originNetwork({ keysets: [{ subscribeKey: 'sub' }] });
  expect((await send('/publish/any/sub/0/a/0/1')).status).toBe(200);
});

test('a limited number of subscribe keys can be in use at a time', async () => {
  const { send, origin } = originNetwork({ limits: { subscribeKeys: 2 } });
  const parked = ['a', 'b'].map((key) => send(`/v2/subscribe/${key}/x/0?tt=1`));
  await settle();
  const statuses = [];
  for (const key of ['c', 'a']) statuses.push((await send(`/v2/subscribe/${key}/x/0`)).status);
  expect(statuses).toEqual([503, 200]);
  await origin.close();
  await Promise.all(parked);
});

test('a wrong method is told which ones there are', async () => {
  const { send } = originNetwork();
  expect((await send('/time/0', { method: 'PUT' })).headers['allow']).toBe('GET, OPTIONS');
});
