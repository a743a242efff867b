import { expect, test } from 'vitest';
import { ask, type Call } from '../../../support/presence-calls.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

const OK = '"status": 200, "message": "OK", "service": "Presence"';
const flat = (members: string) => `{${OK}, ${members}}`;
const nested = (channels: string, totals = '"total_channels": 2, "total_occupancy": 3') =>
  `{${OK}, "payload": {"channels": ${channels}, ${totals}}}`;
const alone = (uuid: string) => ({ uuid, state: null });

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly answer: string;
  readonly result: unknown;
}

const FACTS: readonly Fact[] = [
  {
    name: '34: several channels with state',
    call: (pubnub) => pubnub.hereNow({ channels: ['ch1', 'ch2'] }).includeState(true),
    line: 'GET /v2/presence/sub-key/S/channel/ch1,ch2?limit=1000&state=1',
    answer: nested(
      '{"ch1": {"occupancy": 1, "uuids": [{"uuid": "user1"}]}, "ch2": {"occupancy": 2, "uuids": [{"uuid": "user1", "state": {"k": "v"}}, {"uuid": "user3", "state": null}]}}',
    ),
    result: {
      totalChannels: 2,
      totalOccupancy: 3,
      channels: {
        ch1: { name: 'ch1', occupancy: 1, occupants: [alone('user1')] },
        ch2: { name: 'ch2', occupancy: 2, occupants: [{ uuid: 'user1', state: { k: 'v' } }, alone('user3')] },
      },
    },
  },
  {
    name: '35a: everywhere, with a limit',
    call: (pubnub) => pubnub.hereNow({ limit: 5, offset: 0 }),
    line: 'GET /v2/presence/sub-key/S?limit=5',
    answer: nested('{}', '"total_channels":0,"total_occupancy":0'),
    result: { totalChannels: 0, totalOccupancy: 0, channels: {} },
  },
  {
    name: '34a: groups only, names that need encoding',
    call: (pubnub) => pubnub.hereNow().channelGroups('g 1', 'h/2'),
    line: 'GET /v2/presence/sub-key/S/channel/,?channel-group=g%201%2Ch%2F2&limit=1000',
    answer: nested(
      '{"__proto__": {"occupancy": 3, "uuids": ["a", "b", "c"]}}',
      '"total_channels": 1, "total_occupancy": 3',
    ),
    result: {
      totalChannels: 1,
      totalOccupancy: 3,
      channels: JSON.parse(
        '{"__proto__":{"name":"__proto__","occupancy":3,"occupants":[{"uuid":"a","state":null},{"uuid":"b","state":null},{"uuid":"c","state":null}]}}',
      ),
    },
  },
  {
    name: '33a: one channel that is named twice is one channel',
    call: (pubnub) => pubnub.hereNow().channels('test#1', 'test#1').limit(2).offset(4),
    line: 'GET /v2/presence/sub-key/S/channel/test%231?limit=2&offset=4',
    answer: flat('"uuids": ["a", "b"], "occupancy": 7'),
    result: {
      totalChannels: 1,
      totalOccupancy: 7,
      channels: { 'test#1': { name: 'test#1', occupancy: 7, occupants: [alone('a'), alone('b')], next: 6 } },
    },
  },
  {
    name: '33b: an answer without a list of users',
    call: (pubnub) => pubnub.hereNow().channels('a'),
    line: 'GET /v2/presence/sub-key/S/channel/a?limit=1000',
    answer: flat('"occupancy": 0'),
    result: {
      totalChannels: 1,
      totalOccupancy: 0,
      channels: { a: { name: 'a', occupancy: 0, occupants: [] } },
    },
  },
];

test.each(FACTS)('fact $name', async ({ call, line, answer, result }) => {
  const asked = await ask(call, answer);
  expect(asked).toEqual({ lines: [line], result });
  const { channels } = (asked as { readonly result: { readonly channels: object } }).result;
  expect(Object.getPrototypeOf(channels)).toBe(null);
});

test('a list that is shorter than the occupancy says where it goes on, unless nobody was to be listed', async () => {
  const answer = flat('"uuids": ["a"], "occupancy": 3');
  const nexts = [];
  for (const more of [{}, { offset: 1 }, { offset: 2 }, { limit: 0 }, { includeUuids: false }]) {
    const { result } = (await ask((pubnub) => pubnub.hereNow({ channels: 'a', ...more }), answer)) as {
      readonly result: { readonly channels: { readonly a: { readonly next?: number } } };
    };
    nexts.push(result.channels.a.next);
  }
  expect(nexts).toEqual([1, 2, undefined, undefined, undefined]);
});

test.each([
  ['null'],
  ['[]'],
  ['{}'],
  [flat('"occupancy": "1"')],
  [flat('"occupancy": 1, "uuids": {}')],
  [flat('"occupancy": 1, "uuids": [1]')],
  [flat('"occupancy": 1, "uuids": [{}]')],
  [flat('"occupancy": 1, "uuids": [{"uuid": "a", "state": "x"}]')],
  [nested('[]')],
  [nested('{"a": 1}')],
  [nested('{}', '"total_channels": 0')],
])('refuses another answer: %s', async (body) => {
  const { error } = (await ask((pubnub) => pubnub.hereNow().channels('a'), body)) as {
    readonly error: unknown;
  };
  expect(error).toMatchObject({ code: 'PN-4001', statusCode: 200 });
});

test('refuses the answer for one channel when several were asked for', async () => {
  const { error } = (await ask((pubnub) => pubnub.hereNow().channels('a', 'b'), flat('"occupancy": 0'))) as {
    readonly error: unknown;
  };
  expect(error).toMatchObject({ code: 'PN-4001' });
});

test.each([
  [{ limit: -1 }, 'limit'],
  [{ limit: 1.5 }, 'limit'],
  [{ offset: -1 }, 'offset'],
  [{ channels: ['a,b'] }, 'channels'],
  [{ channelGroups: [''] }, 'channelGroups'],
])('refuses %j before anything is sent', async (given, name) => {
  const { pubnub, requests } = scriptedClient();
  // What a program in plain JavaScript may give.
  expect(await rejection(pubnub.hereNow(given as { limit?: number }).execute())).toMatchObject({
    code: 'PN-1002',
    message: expect.stringContaining(name),
  });
  expect(requests).toEqual([]);
});
