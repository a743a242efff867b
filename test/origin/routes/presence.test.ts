import { describe, expect, test } from 'vitest';
import { createOrigin, MemoryEngine, type OriginOptions } from '../../../src/origin/index.ts';
import { originNetwork } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const BASE = '/v2/presence/sub-key/demo';
const OK = { status: 200, message: 'OK', service: 'Presence' };
const encoded = (state: unknown) => encodeURIComponent(JSON.stringify(state));

/** An origin with users on channels, as `channel: 'user user'`, and groups, as `group: 'channel channel'`. */
async function house(
  users: Readonly<Record<string, string>>,
  groups: Readonly<Record<string, string>> = {},
  options: OriginOptions = {},
) {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 });
  const network = originNetwork({ clock, store, ...options });
  const shard = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  for (const [group, channels] of Object.entries(groups))
    await shard.groups.change(group, channels.split(' '), []);
  for (const [channel, list] of Object.entries(users))
    for (const uuid of list.split(' ')) await network.presence(channel, 'heartbeat', { uuid });
  const get = async (path: string) => (await network.send(`${BASE}${path}`)).json;
  const set = (channel: string, uuid: string, state: unknown) =>
    network.send(`${BASE}/channel/${channel}/uuid/${uuid}/data?state=${encoded(state)}`);
  return { ...network, clock, get, set };
}

const nested = (channels: object, occupancy: number) => ({
  ...OK,
  payload: { channels, total_channels: Object.keys(channels).length, total_occupancy: occupancy },
});

describe('here now', () => {
  test('of one channel is flat', async () => {
    const { get } = await house({ a: 'u v', b: 'w' });
    expect(await get('/channel/a?limit=1000')).toEqual({ ...OK, uuids: ['u', 'v'], occupancy: 2 });
    expect(await get('/channel/nobody')).toEqual({ ...OK, uuids: [], occupancy: 0 });
    expect(await get('/channel/a?disable_uuids=1')).toEqual({ ...OK, occupancy: 2 });
  });

  test('of several channels or any group is nested, and has every channel that was asked for', async () => {
    const { get } = await house({ a: 'u v', b: 'w', 'of g': 'u' }, { g: 'of;g', h: 'b' });
    const a = { uuids: ['u', 'v'], occupancy: 2 };
    const b = { uuids: ['w'], occupancy: 1 };
    const none = { uuids: [], occupancy: 0 };
    expect(await get('/channel/a,b,c')).toEqual(nested({ a, b, c: none }, 3));
    expect(await get('/channel/a%2Ca')).toEqual(nested({ a }, 2));
    expect(await get('/channel/a?channel-group=h')).toEqual(nested({ a, b }, 3));
    expect(await get('/channel/,?channel-group=h%2Cempty')).toEqual(nested({ b }, 1));
    expect(await get('/channel/,?channel-group=empty')).toEqual(nested({}, 0));
  });

  test('of everything tells the channels where somebody is', async () => {
    const { get, presence } = await house({ a: 'u v', b: 'w' });
    await presence('__proto__', 'heartbeat', { uuid: 'x' });
    await presence('b', 'leave', { uuid: 'w' });
    const channels = JSON.parse(
      '{"a":{"uuids":["u","v"],"occupancy":2},"__proto__":{"uuids":["x"],"occupancy":1}}',
    );
    expect(await get('')).toEqual(nested(channels, 3));
    expect(await get('?disable_uuids=1')).toEqual(
      nested(JSON.parse('{"a":{"occupancy":2},"__proto__":{"occupancy":1}}'), 3),
    );
  });

  test('tells states where asked to, and leaves out those that are empty', async () => {
    const { get, set } = await house({ a: 'u v w' });
    await set('a', 'u', { k: 'v' });
    await set('a', 'v', { k: 'v' });
    await set('a', 'v', {});
    const uuids = [{ uuid: 'u', state: { k: 'v' } }, { uuid: 'v' }, { uuid: 'w' }];
    expect(await get('/channel/a?state=1')).toEqual({ ...OK, uuids, occupancy: 3 });
    expect(await get('/channel/a?state=0')).toMatchObject({ uuids: ['u', 'v', 'w'] });
    expect(await get('?state=true')).toEqual(nested({ a: { uuids, occupancy: 3 } }, 3));
  });

  test('lists users in the order in which they came, as many as asked for, from the offset on', async () => {
    const { get, presence } = await house({ a: 'c a d b' });
    await presence('a', 'heartbeat', { uuid: 'c' });
    const list = async (query: string) =>
      ((await get(`/channel/a?${query}`)) as { uuids: string[] }).uuids.join('');
    expect(await list('')).toBe('cadb');
    expect(await list('limit=2')).toBe('ca');
    expect(await list('limit=2&offset=1')).toBe('ad');
    expect(await list('offset=3')).toBe('b');
    expect(await list('offset=999999999')).toBe('');
    expect(await list('limit=0')).toBe('');
    expect(await get('/channel/a,b?limit=1&offset=1')).toEqual(
      nested({ a: { uuids: ['a'], occupancy: 4 }, b: { uuids: [], occupancy: 0 } }, 4),
    );
  });

  test('lists no more users of a channel than the limit, which is 1 000', async () => {
    const { get } = await house({ a: '1 2 3 4' }, {}, { limits: { occupants: 3 } });
    expect(await get('/channel/a?limit=100')).toEqual({ ...OK, uuids: ['1', '2', '3'], occupancy: 4 });
    const origin = createOrigin();
    expect(origin.limits.occupants).toBe(1_000);
    await origin.close();
  });

  test('ends its lists when the answer is full, with somebody in it for as long as there is anybody', async () => {
    const { get, set } = await house({ a: 'u v w', b: 'x' }, {}, { limits: { answerBytes: 50 } });
    await set('a', 'u', { long: 'x'.repeat(100) });
    expect(await get('/channel/a,b?state=1')).toMatchObject({
      payload: {
        channels: { a: { uuids: [{ uuid: 'u' }], occupancy: 3 }, b: { uuids: [], occupancy: 1 } },
        total_occupancy: 4,
      },
    });
    expect(await get('/channel/a?state=1&offset=1')).toMatchObject({ uuids: [{ uuid: 'v' }, { uuid: 'w' }] });
  });

  test('is no sign of life of who asks', async () => {
    const { get } = await house({ a: 'u' });
    await get('/channel/a,b?uuid=me');
    expect(await get('/uuid/me')).toEqual({ ...OK, payload: { channels: [] } });
  });
});

test('where now tells the channels on which a user is present', async () => {
  const { get, presence, clock } = await house({ a: 'u v', b: 'u', 'c d': 'u', e: 'v' });
  expect(await get('/uuid/u')).toEqual({ ...OK, payload: { channels: ['a', 'b', 'c d'] } });
  expect(await get('/uuid/nobody')).toEqual({ ...OK, payload: { channels: [] } });
  await presence('b', 'leave', { uuid: 'u' });
  expect(await get('/uuid/u')).toMatchObject({ payload: { channels: ['a', 'c d'] } });
  await clock.advance(301_000);
  expect(await get('/uuid/u')).toMatchObject({ payload: { channels: [] } });
});

test('a user whose id needs encoding, or holds a comma, is found', async () => {
  const { get, presence } = await house({});
  for (const uuid of ['a b', 'ü/1', 'x,y', '__proto__']) {
    await presence('a', 'heartbeat', { uuid });
    expect(await get(`/uuid/${encodeURIComponent(uuid)}`)).toMatchObject({ payload: { channels: ['a'] } });
  }
});

describe('is refused as documented', () => {
  const access = (message: string, payload?: object) => ({
    ...{ message, error: true, service: 'Access Manager', status: 400 },
    ...(payload && { payload }),
  });
  const presence = (message: string) => ({ status: 400, error: 1, message, service: 'Presence' });
  const LONG = 'u'.repeat(93);
  const TOO_LONG = 'it must have at most 92 characters, not 93';
  const rows: readonly (readonly [string, object])[] = [
    ['/channel/a?limit=-1', presence('Invalid limit specified.')],
    ['/channel/a?limit=ten', presence('Invalid limit specified.')],
    ['?limit=1e3', presence('Invalid limit specified.')],
    ['/channel/a?offset=1.5', presence('Invalid offset specified.')],
    ['/channel/a?offset=12345678901', presence('Invalid offset specified.')],
    ['/channel/,', access('Could Not Parse Request')],
    ['/channel/%zz', access('Could Not Parse Request')],
    [`/channel/a,${LONG}`, access(`Invalid Channel: ${TOO_LONG}`, { channels: [LONG] })],
    [
      '/channel/a?channel-group=.',
      access('Invalid Channel Group: it must not be exactly ".": URLs drop that path segment', {
        'channel-groups': ['.'],
      }),
    ],
    [`/uuid/${LONG}`, access(`Invalid uuid: ${TOO_LONG}`)],
    ['/uuid/', access('Invalid uuid: it must not be empty')],
    ['/uuid/%ff', access('Could Not Parse Request')],
    [`/channel/a/uuid/${LONG}`, access(`Invalid uuid: ${TOO_LONG}`)],
    ['/channel/,/uuid/u', access('Could Not Parse Request')],
    ['/channel/a/uuid/u/data', presence('No state specified.')],
    ['/channel/a/uuid/u/data?state=', presence('No state specified.')],
    ['/channel/a/uuid/u/data?state=%7B', presence('Invalid JSON specified.')],
    ['/channel/a/uuid/u/data?state=null', presence('Invalid JSON specified.')],
    ['/channel/a/uuid/u/data?state=%5B%5D', presence('Invalid JSON specified.')],
    ['/channel/a/uuid/u/data?state=1', presence('Invalid JSON specified.')],
    [`/channel/a/uuid/u/data?state=${'%5B'.repeat(9_000)}`, presence('Invalid JSON specified.')],
    ['/channel/,/uuid/u/data?state=%7B%7D', access('Could Not Parse Request')],
  ];

  test.each(rows)('%s', async (path, body) => {
    const { send } = originNetwork();
    expect(await send(BASE + path)).toMatchObject({ status: 400, json: body });
  });

  test.each([['/nonsense/a'], ['/channel/a/uuid/u/data/x'], ['/channel/a/state']])(
    '%s is not found',
    async (path) => {
      const { send } = originNetwork();
      const json = { message: `Not found: '${BASE}${path}'`, error: 1, service: 'Presence' };
      expect(await send(BASE + path)).toMatchObject({ status: 404, json });
    },
  );

  test.each([
    [''],
    ['/channel/a'],
    ['/uuid/u'],
    ['/channel/a/uuid/u'],
    ['/channel/a/uuid/u/data?state=%7B%7D'],
  ])('an unknown subscribe key at %j', async (path) => {
    const { send } = originNetwork({ keysets: [{ subscribeKey: 'sub' }] });
    expect(await send(BASE + path)).toMatchObject({ status: 400, json: access('Invalid Subscribe Key') });
  });
});
