import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/origin/routes/table.ts';
import { originNetwork, type RequestParts } from '../../support/origin-network.ts';

const BASE = '/v1/message-actions/demo/channel';
const SMILE = '{"type":"reaction","value":"smile"}';
const POST: RequestParts = { method: 'POST', headers: { 'content-type': 'application/json' }, body: SMILE };
const DELETE: RequestParts = { method: 'DELETE' };
const ADD = `${BASE}/a/message/5?uuid=u`;

const refusal = (status: number, message: string) => ({ status, error: { source: 'actions', message } });
const invalid = (message: string, location: string, locationType: string) => ({
  status: 400,
  error: {
    source: 'actions',
    message: 'Request payload contained invalid input.',
    details: [{ message, location, locationType }],
  },
});
const body = (text: string | Uint8Array): RequestParts => ({ ...POST, body: text });
const NO_OBJECT = invalid('Must be a JSON object', '', 'body');
const NO_TEXT = (location: string) => invalid('Must be some text', location, 'body');

interface Row {
  readonly target: string;
  readonly parts?: RequestParts;
  readonly reply: { readonly status: number };
}

const ROWS: readonly Row[] = [
  { target: ADD, parts: body('{"type":"reaction"}'), reply: invalid('Missing field', 'value', 'body') },
  { target: ADD, parts: body('{"value":"smile"}'), reply: invalid('Missing field', 'type', 'body') },
  { target: ADD, parts: body('{"type":"","value":"v"}'), reply: NO_TEXT('type') },
  { target: ADD, parts: body('{"type":"t","value":1}'), reply: NO_TEXT('value') },
  { target: ADD, parts: body('{"type":"t","value":{"a":1}}'), reply: NO_TEXT('value') },
  {
    target: ADD,
    parts: body('{"type":"sixteen letters!","value":"v"}'),
    reply: invalid('Must have at most 15 characters', 'type', 'body'),
  },
  ...['', '{', 'null', '1', '"smile"', `[${SMILE}]`, '\uFFFD', `${SMILE}${SMILE}`].map((text) => ({
    target: ADD,
    parts: body(text),
    reply: NO_OBJECT,
  })),
  { target: ADD, parts: body(Uint8Array.of(0xff, 0xfe)), reply: NO_OBJECT },
  { target: ADD, parts: body(deflateSync(SMILE).subarray(0, 20)), reply: NO_OBJECT },
  ...[`{"type":"t","value":"${'v'.repeat(32_768)}"}`, deflateSync('x'.repeat(40_000))].map((large) => ({
    target: ADD,
    parts: body(large),
    reply: refusal(413, 'Request payload is too large.'),
  })),
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'].map((type) => ({
    target: ADD,
    parts: { ...POST, headers: { 'content-type': type } },
    reply: refusal(415, 'Request payload must be in JSON format.'),
  })),
  ...['', '?uuid='].flatMap((query) => [
    {
      target: `${BASE}/a/message/5${query}`,
      parts: POST,
      reply: invalid('Missing field', 'uuid', 'query'),
    },
    {
      target: `${BASE}/a/message/5/action/6${query}`,
      parts: DELETE,
      reply: invalid('Missing field', 'uuid', 'query'),
    },
  ]),
  ...['now', '-1', '1.5', '123456789012345678', '%00', ''].flatMap((timetoken) => [
    {
      target: `${BASE}/a/message/${timetoken}?uuid=u`,
      parts: POST,
      reply: invalid('It must be a timetoken', 'messageTimetoken', 'path'),
    },
    {
      target: `${BASE}/a/message/5/action/${timetoken}?uuid=u`,
      parts: DELETE,
      reply: invalid('It must be a timetoken', 'actionTimetoken', 'path'),
    },
    ...(timetoken === '' || timetoken === '123456789012345678'
      ? []
      : ['start', 'end'].map((name) => ({
          target: `${BASE}/a?${name}=${timetoken}`,
          reply: invalid('They must be timetokens', 'start, end', 'query'),
        }))),
  ]),
  ...['0', '-1', '1.5', 'ten', '+1'].map((limit) => ({
    target: `${BASE}/a?limit=${limit}`,
    reply: invalid('It must be a number from 1 on', 'limit', 'query'),
  })),
  {
    target: `${BASE}/a%2Cb/message/5?uuid=u`,
    parts: POST,
    reply: invalid('It must not contain a comma: it separates names', 'channel', 'path'),
  },
  { target: `${BASE}/a-pnpres`, reply: invalid('It must not end in "-pnpres"', 'channel', 'path') },
  { target: '/v1/message-actions/d%7B/channel/a', reply: refusal(400, 'Invalid Subkey') },
];

describe('is refused as documented', () => {
  test.each(ROWS.map((row) => ({ ...row, name: `${row.parts?.method ?? 'GET'} ${row.target}` })))(
    '$name',
    async ({ target, parts, reply }) => {
      const { send, subscribe, drain } = originNetwork();
      const { t } = await subscribe('a');
      const refused = await send(target, parts);
      expect([refused.status, refused.json]).toEqual([reply.status, reply]);
      expect(refused.contentType).toBe('application/json');
      expect((await send(`${BASE}/a`)).json).toEqual({ status: 200, data: [] });
      expect((await drain('a', t.t)).m).toEqual([]);
    },
  );

  test('a key that is not served', async () => {
    const { send } = originNetwork({ keysets: [{ subscribeKey: 'mine' }] });
    expect((await send(`${BASE}/a`)).json).toEqual(refusal(400, 'Invalid Subkey'));
    expect((await send('/v1/message-actions/mine/channel/a')).status).toBe(200);
  });

  test('one action too many on a message', async () => {
    const { send } = originNetwork({ limits: { messageActions: 2 } });
    const add = async (value: string, message = '5') =>
      (await send(`${BASE}/a/message/${message}?uuid=u`, body(JSON.stringify({ type: 't', value })))).json;
    await add('1');
    await add('2');
    expect(await add('3')).toEqual(refusal(400, 'Too many actions on one message: at most 2.'));
    expect(await add('2')).toEqual(refusal(409, 'Action Already Added'));
    expect(await add('3', '6')).toMatchObject({ status: 200 });
  });
});

test.each([
  ['add-message-action', 'write'],
  ['list-message-actions', 'read'],
  ['remove-message-action', 'delete'],
  ['fetch-messages-with-actions', 'read'],
])('%s needs the permission to %s', (operation, permission) => {
  const route = ROUTES.find((candidate) => candidate.operation === operation);
  const call = { segment: () => 'room' } as unknown as Parameters<NonNullable<typeof route>['handle']>[0];
  expect(route?.needs?.(call)).toEqual([{ resource: 'channels', names: ['room'], permission }]);
});
