import { expect } from 'vitest';
import { type Fact, type Network, PLAIN } from './fact.ts';

const OK = { status: 200, message: 'OK', service: 'Presence' };
const answered = { body: JSON.stringify(OK) };
const BASE = '/v2/presence/sub-key/S';

const beat = async ({ send }: Network, user: string, names: string, more = '') => {
  await send(`${BASE}/channel/${names}/heartbeat?uuid=${user}${more}`);
  return;
};
const setState = async ({ send }: Network, user: string, name: string, state: object) => {
  await send(`${BASE}/channel/${name}/uuid/${user}/data?state=${encodeURIComponent(JSON.stringify(state))}`);
};

export const PRESENCE_FACTS: readonly Fact[] = [
  {
    number: 31,
    title: 'heartbeat',
    request: { line: `GET ${BASE}/channel/test-state-asyncio-ch/heartbeat`, query: { heartbeat: '300' } },
    client: {
      adds: { state: '{"test-state-asyncio-ch":{"a":1}}' },
      call: (pubnub) =>
        pubnub
          .setState({ channels: 'test-state-asyncio-ch', state: { a: 1 }, withHeartbeat: true })
          .execute(),
      answer: answered,
      result: { state: { a: 1 } },
    },
    origin: { status: 200, contentType: PLAIN, body: OK },
  },
  {
    number: 32,
    title: 'leave of groups only',
    request: { line: `GET ${BASE}/channel/%2C/leave`, query: { 'channel-group': 'g' } },
    client: 'A leave is sent by the loop alone: test/client/presence.',
    origin: { status: 200, contentType: PLAIN, body: { ...OK, action: 'leave' } },
  },
  {
    number: 33,
    title: 'here now of one channel',
    request: { line: `GET ${BASE}/channel/game1`, query: { limit: '1000' } },
    client: {
      call: (pubnub) => pubnub.hereNow({ channels: 'game1' }).execute(),
      answer: { body: JSON.stringify({ ...OK, uuids: ['a3ffd012'], occupancy: 1 }) },
      result: {
        ...{ totalChannels: 1, totalOccupancy: 1 },
        channels: { game1: { name: 'game1', occupancy: 1, occupants: [{ uuid: 'a3ffd012', state: null }] } },
      },
    },
    origin: {
      before: (network) => beat(network, 'a3ffd012', 'game1'),
      ...{ status: 200, contentType: PLAIN, body: { ...OK, uuids: ['a3ffd012'], occupancy: 1 } },
    },
  },
  {
    number: 34,
    title: 'here now of several channels, with state',
    request: { line: `GET ${BASE}/channel/ch1,ch2`, query: { limit: '1000', state: '1' } },
    client: {
      call: (pubnub) => pubnub.hereNow({ channels: ['ch1', 'ch2'], includeState: true }).execute(),
      answer: {
        body: JSON.stringify({
          ...OK,
          payload: {
            channels: {
              ch1: { uuids: [{ uuid: 'user1' }], occupancy: 1 },
              ch2: { uuids: [{ uuid: 'u', state: { k: 'v' } }], occupancy: 1 },
            },
            ...{ total_channels: 2, total_occupancy: 3 },
          },
        }),
      },
      result: {
        ...{ totalChannels: 2, totalOccupancy: 3 },
        channels: {
          ch1: { name: 'ch1', occupancy: 1, occupants: [{ uuid: 'user1', state: null }] },
          ch2: { name: 'ch2', occupancy: 1, occupants: [{ uuid: 'u', state: { k: 'v' } }] },
        },
      },
    },
    origin: {
      before: async (network) => {
        await beat(network, 'user1', 'ch1,ch2');
        await setState(network, 'user1', 'ch2', { k: 'v' });
        return;
      },
      ...{ status: 200, contentType: PLAIN },
      body: {
        ...OK,
        payload: {
          channels: {
            ch1: { uuids: [{ uuid: 'user1' }], occupancy: 1 },
            ch2: { uuids: [{ uuid: 'user1', state: { k: 'v' } }], occupancy: 1 },
          },
          ...{ total_channels: 2, total_occupancy: 2 },
        },
      },
    },
  },
  {
    number: 35,
    title: 'here now of everything, without users',
    request: { line: `GET ${BASE}`, query: { disable_uuids: '1' } },
    client: {
      call: (pubnub) => pubnub.hereNow({ includeUuids: false }).execute(),
      answer: {
        body: '{"status":200,"message":"OK","payload":{"channels":{"ch10":{"occupancy":1},"bot_object":{"occupancy":1}},"total_channels":2,"total_occupancy":2},"service":"Presence"}',
      },
      result: {
        ...{ totalChannels: 2, totalOccupancy: 2 },
        channels: {
          ch10: { name: 'ch10', occupancy: 1, occupants: [] },
          bot_object: { name: 'bot_object', occupancy: 1, occupants: [] },
        },
      },
    },
    origin: {
      before: (network) => beat(network, 'user1', 'ch10,bot_object'),
      ...{ status: 200, contentType: PLAIN },
      body: {
        ...OK,
        payload: {
          channels: { ch10: { occupancy: 1 }, bot_object: { occupancy: 1 } },
          total_channels: 2,
          total_occupancy: 2,
        },
      },
    },
  },
  {
    number: 36,
    title: 'a failure under status 200',
    request: { line: `GET ${BASE}` },
    client: {
      call: (pubnub) => pubnub.hereNow().execute(),
      answer: {
        body: '{"status": 503, "message": "Service Unavailable", "error": 1, "service": "Presence"}',
      },
      failure: { statusCode: 503, category: 'PNServerErrorCategory' },
    },
    origin: 'The origin says so by the status.',
  },
  {
    number: 37,
    title: 'where now, with an encoded name',
    request: { line: `GET ${BASE}/uuid/myUUID%231` },
    client: {
      call: (pubnub) => pubnub.whereNow({ uuid: 'myUUID#1' }).execute(),
      answer: { body: JSON.stringify({ ...OK, payload: { channels: ['a', 'b'] } }) },
      result: { channels: ['a', 'b'] },
    },
    origin: {
      before: (network) => beat(network, 'myUUID%231', 'a,b'),
      ...{ status: 200, contentType: PLAIN, body: { ...OK, payload: { channels: ['a', 'b'] } } },
    },
  },
  {
    number: 38,
    title: 'set state',
    request: { line: `GET ${BASE}/channel/testChannel%231/uuid/u/data`, query: { state: '{"new":"state"}' } },
    client: {
      call: (pubnub) => pubnub.setState({ channels: 'testChannel#1', state: { new: 'state' } }).execute(),
      answer: { body: JSON.stringify({ ...OK, payload: { age: 20, status: 'online' } }) },
      result: { state: { age: 20, status: 'online' } },
    },
    origin: { status: 200, contentType: PLAIN, body: { ...OK, payload: { new: 'state' } } },
  },
  {
    number: 39,
    title: 'get the state of several channels',
    request: { line: `GET ${BASE}/channel/a,b/uuid/u` },
    client: {
      call: (pubnub) => pubnub.getState({ channels: ['a', 'b'] }).execute(),
      answer: {
        body: JSON.stringify({
          ...OK,
          uuid: 'u',
          payload: { channels: { a: { count: 5, name: 'Alex' }, b: {} } },
        }),
      },
      // By channel, and not wrapped twice.
      result: { channels: { a: { count: 5, name: 'Alex' }, b: {} } },
    },
    origin: {
      before: async (network) => {
        await setState(network, 'u', 'a', { count: 5, name: 'Alex' });
        return;
      },
      ...{ status: 200, contentType: PLAIN },
      body: expect.objectContaining({
        ...OK,
        uuid: 'u',
        payload: { channels: { a: { count: 5, name: 'Alex' }, b: {} } },
      }),
    },
  },
  {
    number: 40,
    title: 'the channels of a group',
    request: { line: 'GET /v1/channel-registration/sub-key/S/channel-group/native-cg' },
    client: {
      call: (pubnub) => pubnub.listChannelsInChannelGroup({ channelGroup: 'native-cg' }).execute(),
      answer: {
        body: '{"status": 200, "payload": {"channels": ["native-ch"], "group": "native-cg"}, "service": "channel-registry", "error": false}',
      },
      result: { channels: ['native-ch'] },
    },
    origin: {
      before: async ({ send }) => {
        await send('/v1/channel-registration/sub-key/S/channel-group/native-cg?add=native-ch');
        return;
      },
      status: 200,
      body: {
        status: 200,
        payload: { channels: ['native-ch'], group: 'native-cg' },
        service: 'channel-registry',
        error: false,
      },
    },
  },
  {
    number: 41,
    title: 'the groups',
    request: { line: 'GET /v1/channel-registration/sub-key/S/channel-group' },
    client: {
      call: (pubnub) => pubnub.listChannelGroups().execute(),
      answer: {
        body: '{"status":200,"payload":{"namespace":"","groups":["a","b"]},"service":"channel-registry","error":false}',
      },
      result: { groups: ['a', 'b'] },
    },
    origin: {
      before: async ({ send }) => {
        for (const group of ['a', 'b'])
          await send(`/v1/channel-registration/sub-key/S/channel-group/${group}?add=x`);
        return;
      },
      status: 200,
      body: {
        status: 200,
        payload: { namespace: '', groups: ['a', 'b'] },
        service: 'channel-registry',
        error: false,
      },
    },
  },
];
