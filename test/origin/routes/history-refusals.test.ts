import { describe, expect, test } from 'vitest';
import { originNetwork, type RequestParts } from '../../support/origin-network.ts';

const V2 = '/v2/history/sub-key/demo/channel';
const V3 = '/v3/history/sub-key/demo/channel';
const COUNTS = '/v3/history/sub-key/demo/message-counts';
const INVALID = { status: 400, error: true, error_message: 'Invalid Arguments' };
const INVALID_BY_CHANNEL = { ...INVALID, channels: {} };
const DELETE: RequestParts = { method: 'DELETE' };
const MANY = Array.from({ length: 501 }, (_, index) => `c${index}`).join(',');

const access = (message: string, payload?: object) => ({
  message,
  ...(payload && { payload }),
  error: true,
  service: 'Access Manager',
  status: 400,
});

const BAD_BOUNDS = ['start=now', 'end=-1', 'start=1.5', 'end=12345678901234567890', 'start=%00', 'end=1,2'];
const BAD_COUNTS = ['0', '-1', '1.5', 'ten', '1e2', '+1'];

interface Row {
  readonly target: string;
  readonly parts?: RequestParts;
  readonly body: unknown;
}

const ROWS: readonly Row[] = [
  ...BAD_BOUNDS.flatMap((query) => [
    { target: `${V2}/a?${query}`, body: INVALID },
    { target: `${V3}/a?${query}`, body: INVALID_BY_CHANNEL },
    { target: `${V3}/a?${query}`, parts: DELETE, body: INVALID },
  ]),
  ...BAD_COUNTS.flatMap((count) => [
    { target: `${V2}/a?count=${count}`, body: INVALID },
    { target: `${V3}/a?max=${count}`, body: INVALID_BY_CHANNEL },
  ]),
  { target: `${V3}/,`, body: INVALID_BY_CHANNEL },
  { target: `${V3}/${MANY}`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/${MANY}?timetoken=1`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a?timetoken=`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a?timetoken=soon`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a?timetoken=1&channelsTimetoken=1`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a,b,c?channelsTimetoken=1,2`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a?channelsTimetoken=1,2`, body: INVALID_BY_CHANNEL },
  { target: `${COUNTS}/a,b?channelsTimetoken=1,`, body: INVALID_BY_CHANNEL },
  {
    target: `${V3}/a,b%0A`,
    body: access('Invalid Channel: it must not contain control characters', { channels: ['b\n'] }),
  },
  {
    target: `${V2}/${'x'.repeat(93)}`,
    body: access('Invalid Channel: it must have at most 92 characters, not 93', {
      channels: ['x'.repeat(93)],
    }),
  },
  {
    target: `${V3}/a%2Cb`,
    parts: DELETE,
    body: access('Invalid Channel: it must not contain a comma: it separates names', { channels: ['a,b'] }),
  },
  { target: '/v2/history/sub-key/s%7B%7D/channel/a', body: access('Invalid Subscribe Key') },
  { target: '/publish/demo/demo/0/a/0/1?ttl=soon', body: [0, 'Invalid ttl', '17000000000000000'] },
  { target: '/publish/demo/demo/0/a/0/1?ttl=-1', body: [0, 'Invalid ttl', '17000000000000000'] },
];

describe('is refused as documented', () => {
  test.each(
    ROWS.map((row) => ({ ...row, name: `${row.parts?.method ?? 'GET'} ${row.target.slice(0, 80)}` })),
  )('$name', async ({ target, parts, body }) => {
    const { send } = originNetwork();
    const reply = await send(target, parts);
    expect([reply.status, reply.json]).toEqual([400, body]);
  });
});

test('a refused delete deletes nothing', async () => {
  const { send, publish } = originNetwork();
  await publish('a', 1);
  for (const query of BAD_BOUNDS) await send(`${V3}/a?${query}`, DELETE);
  expect((await send(`${V2}/a`)).text).toMatch(/^\[\[1\],/);
});
