import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../../src/origin/index.ts';
import { originNetwork } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const BASE = '/v2/presence/sub-key/demo';
const OK = { status: 200, message: 'OK', service: 'Presence' };
const NOW = 1_700_000_000;
const TIMES = { timestamp: NOW, precise_timestamp: NOW * 1_000 };

/** An origin with the group `g` of `b` and `c`, and an observer of the presence of `a`, `b` and `c`. */
async function observed() {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 });
  await store.shard('demo', { announceMax: 20, leaseMs: 300_000 }).groups.change('g', ['b', 'c'], []);
  const network = originNetwork({ clock, store });
  const watched = 'a-pnpres,b-pnpres,c-pnpres';
  let cursor = (await network.subscribe(watched)).t.t;
  /** The presence events since the last call. */
  const events = async () => {
    const { m, t } = await network.drain(watched, cursor);
    cursor = t.t;
    return m.map(({ c, d }) => ({ channel: c.replace('-pnpres', ''), ...(d as object) }));
  };
  const set = async (names: string, state: unknown, uuid = 'u') => {
    const text = encodeURIComponent(JSON.stringify(state));
    const mark = names.includes('?') ? '&' : '?';
    const [path = '', query] = names.split('?');
    return (
      await network.send(
        `${BASE}/channel/${path}/uuid/${uuid}/data${query ? `?${query}` : ''}${mark}state=${text}`,
      )
    ).json;
  };
  const get = async (names: string, uuid = 'u') => {
    const [path = '', query] = names.split('?');
    return (await network.send(`${BASE}/channel/${path}/uuid/${uuid}${query ? `?${query}` : ''}`)).json;
  };
  return { ...network, clock, events, set, get };
}

describe('set state', () => {
  test('answers with the state, and tells of it if it differs', async () => {
    const { set, get, events, presence } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await events();
    const state = { count: 5, name: 'Alex', list: [{ y: 1, x: 2 }] };
    expect(await set('a', state)).toEqual({ ...OK, payload: state });
    const told = { channel: 'a', action: 'state-change', ...TIMES, uuid: 'u', occupancy: 1 };
    expect(await events()).toEqual([{ ...told, data: state }]);
    expect(await set('a', state)).toEqual({ ...OK, payload: state });
    expect(await set('a', { list: [{ x: 2, y: 1 }], name: 'Alex', count: 5 })).toMatchObject(OK);
    expect(await events()).toEqual([]);
    expect(await get('a')).toEqual({ ...OK, uuid: 'u', channel: 'a', payload: state });
    await set('a', {});
    expect(await events()).toEqual([{ ...told, data: {} }]);
  });

  test('replaces the state before as a whole', async () => {
    const { set, get } = await observed();
    await set('a', { x: 1, y: 1 });
    await set('a', { y: 2 });
    expect(await get('a')).toHaveProperty('payload', { y: 2 });
    expect(JSON.stringify(await get('a'))).not.toContain('"x"');
  });

  test('reaches several channels, and those of groups', async () => {
    const { set, get, events } = await observed();
    await set('a?channel-group=g', { x: 1 });
    expect((await events()).map(({ channel }) => channel)).toEqual(['a', 'b', 'c']);
    const x = { x: 1 };
    expect(await get('a,nowhere?channel-group=g')).toEqual({
      ...OK,
      uuid: 'u',
      payload: { channels: { a: x, nowhere: {}, b: x, c: x } },
    });
    expect(await get(',?channel-group=g')).toMatchObject({ payload: { channels: { b: x, c: x } } });
  });

  test('of a heartbeat does the same', async () => {
    const { presence, get, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', state: '{"a":{"x":1,"y":2}}' });
    await presence('a', 'heartbeat', { uuid: 'u', state: '{"a":{"y":2,"x":1}}' });
    expect(await events()).toMatchObject([{ action: 'join', data: { x: 1, y: 2 } }]);
    expect(await get('a')).toHaveProperty('payload', { x: 1, y: 2 });
  });

  test('keeps members with odd names', async () => {
    const { set, get } = await observed();
    const state = JSON.parse('{"__proto__":{"a":1},"constructor":1,"":null}');
    expect(await set('a', state)).toEqual({ ...OK, payload: state });
    expect(((await get('a')) as { payload: object }).payload).toEqual(state);
  });
});

describe('the state of a user who is not present', () => {
  test('is taken, told without an occupant, and is no presence', async () => {
    const { set, get, events, send } = await observed();
    expect(await set('a', { x: 1 })).toEqual({ ...OK, payload: { x: 1 } });
    expect(await events()).toEqual([
      { channel: 'a', action: 'state-change', ...TIMES, uuid: 'u', occupancy: 0, data: { x: 1 } },
    ]);
    expect(await get('a')).toHaveProperty('payload', { x: 1 });
    expect((await send(`${BASE}/channel/a`)).json).toMatchObject({ uuids: [], occupancy: 0 });
    expect((await send(`${BASE}/uuid/u`)).json).toHaveProperty('payload', { channels: [] });
    await set('a', { x: 1 });
    expect(await events()).toEqual([]);
  });

  test('is theirs when they join', async () => {
    const { set, get, events, presence } = await observed();
    await set('a', { x: 1 });
    await set('b', { x: 1 });
    await events();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('b', 'heartbeat', { uuid: 'u', state: '{"b":{"x":2}}' });
    expect(await events()).toMatchObject([
      { channel: 'a', action: 'join', occupancy: 1, data: { x: 1 } },
      { channel: 'b', action: 'join', occupancy: 1, data: { x: 2 } },
    ]);
    await presence('a', 'leave', { uuid: 'u' });
    expect(await get('a')).toHaveProperty('payload', {});
  });

  test('is kept for as long as a lease, and lost without a word', async () => {
    const { set, get, events, clock } = await observed();
    await set('a', { x: 1 });
    await clock.advance(200_000);
    await set('a', { x: 1 });
    await events();
    await clock.advance(299_000);
    expect(await get('a')).toHaveProperty('payload', { x: 1 });
    await clock.advance(2_000);
    expect(await get('a')).toHaveProperty('payload', {});
    expect(await events()).toEqual([]);
    // The next one is told of again.
    await set('a', { x: 1 });
    expect(await events()).toMatchObject([{ action: 'state-change' }]);
  });

  test('is lost when they leave', async () => {
    const { set, get, presence, events } = await observed();
    await set('a', { x: 1 });
    await events();
    await presence('a', 'leave', { uuid: 'u' });
    expect(await get('a')).toHaveProperty('payload', {});
    expect(await events()).toEqual([]);
  });
});

test('state is lost with a timeout, and is no sign of life', async () => {
  const { set, get, presence, events, clock } = await observed();
  await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 20 });
  await clock.advance(15_000);
  await set('a', { x: 1 });
  await events();
  await clock.advance(6_000);
  expect(await events()).toMatchObject([{ action: 'timeout', uuid: 'u' }]);
  expect(await get('a')).toHaveProperty('payload', {});
});

test('a poll that is held keeps the state that was set meanwhile', async () => {
  const { set, get, subscribe, presence, clock } = await observed();
  const { t } = await subscribe('a', { uuid: 'u', heartbeat: 20, state: '{"a":{"x":1}}' });
  const poll = subscribe('a', { uuid: 'u', heartbeat: 20, tt: t.t });
  await clock.advance(0);
  await set('a', { x: 2 });
  await clock.advance(60_000);
  expect(await get('a')).toHaveProperty('payload', { x: 2 });
  await presence('a', 'heartbeat', { uuid: 'u' });
  expect(await get('a')).toHaveProperty('payload', { x: 2 });
  await clock.advance(300_000);
  await poll;
});
