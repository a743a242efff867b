import { expect, test } from 'vitest';
import { ask, type Call } from '../../../support/presence-calls.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

const answer = (payload: string) =>
  `{"status": 200, "uuid": "u", "service": "Presence", "message": "OK", "payload": ${payload}}`;
const BASE = 'GET /v2/presence/sub-key/S/channel';

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly payload: string;
  readonly channels: object;
}

const FACTS: readonly Fact[] = [
  {
    name: 'the own state on one channel',
    call: (pubnub) => pubnub.getState().channels('ch'),
    line: `${BASE}/ch/uuid/my%20id%231`,
    payload: '{"count": 5, "name": "Alex"}',
    channels: { ch: { count: 5, name: 'Alex' } },
  },
  {
    name: 'several channels, not wrapped once more',
    call: (pubnub) => pubnub.getState().channels('a', 'b'),
    line: `${BASE}/a,b/uuid/my%20id%231`,
    payload: '{"a":{"count":5},"b":{}}',
    channels: { a: { count: 5 }, b: {} },
  },
  {
    name: 'a channel with a group',
    call: (pubnub) => pubnub.getState().channels('a').channelGroups('g'),
    line: `${BASE}/a/uuid/my%20id%231?channel-group=g`,
    payload: '{"channels":{"a":{},"of g":{"x":1}}}',
    channels: { a: {}, 'of g': { x: 1 } },
  },
  {
    name: 'groups only',
    call: (pubnub) => pubnub.getState().channelGroups('g', 'h 1'),
    line: `${BASE}/,/uuid/my%20id%231?channel-group=g%2Ch%201`,
    payload: '{"channels":{}}',
    channels: {},
  },
  {
    name: 'one channel whose state has a member called channels',
    call: (pubnub) => pubnub.getState().channels('a', 'a'),
    line: `${BASE}/a/uuid/my%20id%231`,
    payload: '{"channels":{"b":{}}}',
    channels: { a: { channels: { b: {} } } },
  },
  {
    name: 'a channel with an odd name',
    call: (pubnub) => pubnub.getState().channels('__proto__', 'x'),
    line: `${BASE}/__proto__,x/uuid/my%20id%231`,
    payload: '{"channels":{"__proto__":{"a":1},"x":{}}}',
    channels: JSON.parse('{"__proto__":{"a":1},"x":{}}'),
  },
];

test.each(FACTS)('fact: $name', async ({ call, line, payload, channels }) => {
  const asked = await ask(call, answer(payload));
  expect(asked).toEqual({ lines: [line], result: { channels } });
  const { result } = asked as { readonly result: { readonly channels: object } };
  expect(Object.getPrototypeOf(result.channels)).toBe(null);
});

test.each([['null'], ['{}'], [answer('null')], [answer('[]')], [answer('{"channels":{"a":1}}')]])(
  'refuses another answer: %s',
  async (body) => {
    const { error } = (await ask((pubnub) => pubnub.getState().channels('a', 'b'), body)) as {
      readonly error: unknown;
    };
    expect(error).toMatchObject({ code: 'PN-4001', operation: 'PNGetStateOperation' });
  },
);

test('refuses to ask for nothing', async () => {
  const { pubnub, requests } = scriptedClient();
  expect(await rejection(pubnub.getState({ channels: [] }).execute())).toMatchObject({ code: 'PN-1001' });
  expect(requests).toEqual([]);
});
