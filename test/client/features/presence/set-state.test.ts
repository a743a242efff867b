import { expect, test } from 'vitest';
import { ask, type Call } from '../../../support/presence-calls.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

const TAKEN =
  '{"status": 200, "message": "OK", "payload": { "age" : 20, "status" : "online"}, "service": "Presence"}';
const BEATEN = '{"status": 200, "message": "OK", "service": "Presence"}';
const BASE = 'GET /v2/presence/sub-key/S/channel';
const state = { new: 'state' };
const NEW = '%7B%22new%22%3A%22state%22%7D';

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly answer?: string;
  readonly result?: object;
}

const FACTS: readonly Fact[] = [
  {
    name: '38a: on channels and groups',
    call: (pubnub) => pubnub.setState().state(state).channels('b', 'a', 'b').channelGroups('g', 'h'),
    line: `${BASE}/b,a/uuid/my%20id%231/data?channel-group=g%2Ch&state=${NEW}`,
  },
  {
    name: '38b: taking it away',
    call: (pubnub) => pubnub.setState({ channelGroups: ['g'], state: {} }),
    line: `${BASE}/,/uuid/my%20id%231/data?channel-group=g&state=%7B%7D`,
  },
  {
    name: 'with a heartbeat, by channel and group',
    call: (pubnub) => pubnub.setState({ channels: 'a b', channelGroups: 'g', state }).withHeartbeat(),
    line: `${BASE}/a%20b/heartbeat?channel-group=g&heartbeat=300&state=%7B%22a%20b%22%3A${NEW}%2C%22g%22%3A${NEW}%7D`,
    answer: BEATEN,
    result: { state },
  },
  {
    name: 'without a heartbeat, said so',
    call: (pubnub) => pubnub.setState({ channels: 'a', state, withHeartbeat: false }),
    line: `${BASE}/a/uuid/my%20id%231/data?state=${NEW}`,
  },
];

test.each(FACTS)('fact $name', async ({ call, line, answer = TAKEN, result }) => {
  const expected = result ?? { state: { age: 20, status: 'online' } };
  expect(await ask(call, answer)).toEqual({ lines: [line], result: expected });
});

test('a failure of either form has the operation of this call', async () => {
  const body = '{"status": 400, "error": 1, "message": "No state specified.", "service": "Presence"}';
  for (const withHeartbeat of [true, false]) {
    const call: Call = (pubnub) => pubnub.setState({ channels: 'a', state, withHeartbeat });
    const { error } = (await ask(call, body, { status: 400 })) as { readonly error: unknown };
    expect(error).toMatchObject({ operation: 'PNSetStateOperation', category: 'PNBadRequestCategory' });
  }
});

test.each([['null'], ['{"status":200}'], ['{"payload":[]}'], ['{"payload":"x"}']])(
  'refuses another answer: %s',
  async (body) => {
    for (const withHeartbeat of [true, false]) {
      const call: Call = (pubnub) => pubnub.setState({ channels: 'a', state, withHeartbeat });
      if (withHeartbeat && body === '{"status":200}') continue;
      const { error } = (await ask(call, body)) as { readonly error: unknown };
      expect(error).toMatchObject({ code: 'PN-4001', operation: 'PNSetStateOperation' });
    }
  },
);

test.each([
  [{ state: {} }, 'PN-1001', 'channels or channelGroups'],
  [{ channels: 'a' }, 'PN-1001', 'state'],
  [{ channels: 'a', state: [] }, 'PN-1002', 'must be an object'],
  [{ channels: 'a', state: 'away' }, 'PN-1002', 'must be an object'],
  [{ channels: 'a', state: { at: 1n } }, 'PN-1004', 'state.at'],
  [{ channels: 'a', state: new Map() }, 'PN-1004', 'a Map'],
])('refuses %o before anything is sent', async (given, code, text) => {
  const { pubnub, requests } = scriptedClient();
  // What a program in plain JavaScript may give.
  const error = await rejection(pubnub.setState(given as never).execute());
  expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  expect(requests).toEqual([]);
});
