import { describe, expect, test } from 'vitest';
import type { OriginOptions } from '../../../src/origin/index.ts';
import { isPending, originNetwork, TestInterruption } from '../../support/origin-network.ts';

const NOW = 1_700_000_000;
/** The times of an event so many seconds later. */
const at = (seconds = 0) => ({
  timestamp: NOW + seconds,
  precise_timestamp: (NOW + seconds) * 1_000,
});

/** A network with an observer of the presence of `names`, which takes no part in it. */
async function observed(names = 'a', options: OriginOptions = {}) {
  const network = originNetwork(options);
  const channels = names
    .split(',')
    .map((name) => `${name}-pnpres`)
    .join(',');
  const { t } = await network.subscribe(channels);
  let cursor = t.t;
  /** The presence events since the last call. */
  const events = async () => {
    const { m, t: next } = await network.drain(channels, cursor);
    cursor = next.t;
    return m.map(({ d }) => d as Record<string, unknown>);
  };
  return { ...network, events };
}

test.each([
  ['a heartbeat', 'heartbeat', {}, { action: 'join', occupancy: 1 }, {}],
  [
    'a heartbeat with state',
    'heartbeat',
    { state: '{"a":{"mood":"fine","deep":{"x":1},"none":null}}' },
    { action: 'join', occupancy: 1, data: { mood: 'fine', deep: { x: 1 }, none: null } },
    { pn_state_mood: 'fine', pn_state_none: null },
  ],
] as const)(
  'an entry says the event twice, in the payload and beside it: %s',
  async (_, verb, query, d, states) => {
    const { subscribe, presence, drain, clock } = originNetwork();
    const { t } = await subscribe('a-pnpres');
    clock.jump(345);
    await presence('a', verb, { uuid: 'u', ...query });
    const [entry] = (await drain('a-pnpres', t.t)).m;
    const times = { timestamp: NOW, precise_timestamp: NOW * 1_000 + 345 };
    expect(entry?.d).toEqual({ ...d, uuid: 'u', ...times });
    expect(entry?.u).toEqual({
      ...{ pn_action: d.action, pn_uuid: 'u', pn_occupancy: d.occupancy, pn_ispresence: 1, pn_channel: 'a' },
      ...{ pn_timestamp: NOW, pn_precise_timestamp: NOW * 1_000 + 345 },
      ...states,
    });
  },
);

describe('a user', () => {
  test('joins with a handshake', async () => {
    const { subscribe, events } = await observed();
    await subscribe('a', { uuid: 'u' });
    expect(await events()).toEqual([{ action: 'join', ...at(), uuid: 'u', occupancy: 1 }]);
  });

  test('sees the own join', async () => {
    const { subscribe } = originNetwork();
    const { t } = await subscribe('a,a-pnpres', { uuid: 'u' });
    const { m } = await subscribe('a,a-pnpres', { uuid: 'u', tt: t.t });
    expect(m).toMatchObject([
      { c: 'a-pnpres', b: 'a-pnpres', d: { action: 'join', uuid: 'u', occupancy: 1 } },
    ]);
    expect(m[0]).not.toHaveProperty('e');
    expect(m[0]).not.toHaveProperty('i');
  });

  test('joins with a heartbeat', async () => {
    const { presence, events } = await observed();
    const reply = await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 30 });
    expect(reply).toMatchObject({ status: 200, json: { status: 200, message: 'OK', service: 'Presence' } });
    expect(await events()).toEqual([{ action: 'join', ...at(), uuid: 'u', occupancy: 1 }]);
  });

  test('leaves', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await events();
    const reply = await presence('a', 'leave', { uuid: 'u' });
    expect(reply.json).toEqual({ status: 200, action: 'leave', message: 'OK', service: 'Presence' });
    expect(await events()).toEqual([{ action: 'leave', ...at(), uuid: 'u', occupancy: 0 }]);
  });

  test('who is not there cannot leave', async () => {
    const { presence, events } = await observed();
    expect((await presence('a', 'leave', { uuid: 'u' })).status).toBe(200);
    expect(await events()).toEqual([]);
  });

  test('without an id is not tracked', async () => {
    const { presence, subscribe, events } = await observed();
    await subscribe('a');
    await presence('a', 'heartbeat');
    await presence('a', 'leave');
    expect(await events()).toEqual([]);
  });

  test('counts once, however many polls and heartbeats there are', async () => {
    const { presence, subscribe, events } = await observed();
    await subscribe('a', { uuid: 'u' });
    await subscribe('a', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect(await events()).toMatchObject([{ action: 'join', occupancy: 1 }]);
  });

  test.each([['__proto__'], ['constructor'], ['a,b'], ['ü 1']])('may be called %j', async (uuid) => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid });
    expect(await events()).toMatchObject([{ action: 'join', uuid, occupancy: 1 }]);
  });

  test('joins nothing by subscribing to presence', async () => {
    const { subscribe, presence, events } = await observed('a,a-pnpres');
    await subscribe('a-pnpres', { uuid: 'u' });
    await presence('a-pnpres', 'heartbeat', { uuid: 'u' });
    expect(await events()).toEqual([]);
  });

  test('joins the wildcard itself, and no channel under it', async () => {
    const { subscribe, events } = await observed('a.*,a.b');
    await subscribe('a.*', { uuid: 'u' });
    expect(await events()).toMatchObject([{ action: 'join', uuid: 'u' }]);
  });

  test('of a channel under a wildcard is announced to the wildcard’s observers, once', async () => {
    const { subscribe, presence, drain } = originNetwork();
    const { t } = await subscribe('a.*-pnpres');
    await presence('a.b.c', 'heartbeat', { uuid: 'u' });
    await presence('a.*', 'heartbeat', { uuid: 'v' });
    const { m } = await drain('a.*-pnpres', t.t);
    expect(m.map(({ c, b }) => [c, b])).toEqual([
      ['a.b.c-pnpres', 'a.*-pnpres'],
      ['a.*-pnpres', 'a.*-pnpres'],
    ]);
  });

  test('occupancy is the number after each change', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'v' });
    await presence('a', 'leave', { uuid: 'u' });
    expect((await events()).map(({ action, occupancy }) => [action, occupancy])).toEqual([
      ['join', 1],
      ['join', 2],
      ['leave', 1],
    ]);
  });
});

describe('a lease', () => {
  test('runs out 300 seconds after the last sign of life, and the timeout is told once', async () => {
    const { clock, presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await clock.advance(200_000);
    await presence('a', 'heartbeat', { uuid: 'u' });
    await events();
    await clock.advance(299_999);
    expect(await events()).toEqual([]);
    await clock.advance(1);
    expect(await events()).toEqual([{ action: 'timeout', ...at(500), uuid: 'u', occupancy: 0 }]);
    await clock.advance(1_000_000);
    expect(await events()).toEqual([]);
  });

  test.each([
    ['heartbeat', 8, 8],
    ['heartbeat', 'soon', 300],
    ['heartbeat', 0, 300],
    ['heartbeat', -5, 300],
    ['heartbeat', 999_999_999, 86_400],
  ] as const)('lasts as long as %s=%s says: %i seconds', async (_name, heartbeat, seconds) => {
    const { clock, presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', heartbeat });
    await events();
    await clock.advance(seconds * 1000 - 1);
    expect(await events()).toEqual([]);
    await clock.advance(1);
    expect(await events()).toMatchObject([{ action: 'timeout' }]);
  });

  test('keeps its length when a poll does not say one', async () => {
    const { clock, presence, subscribe, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 20 });
    await subscribe('a', { uuid: 'u' });
    await events();
    await clock.advance(20_000);
    expect(await events()).toMatchObject([{ action: 'timeout' }]);
  });

  test('is renewed while a poll is parked, and once more when it is answered', async () => {
    const { clock, subscribe, events } = await observed('a', { limits: { holdSeconds: 100 } });
    const { t } = await subscribe('a', { uuid: 'u', heartbeat: 20 });
    const poll = subscribe('a', { uuid: 'u', heartbeat: 20, tt: t.t });
    await events();
    await clock.advance(100_000);
    await poll;
    await clock.advance(19_999);
    expect(await events()).toEqual([]);
    await clock.advance(1);
    expect(await events()).toMatchObject([{ action: 'timeout' }]);
  });

  test('is not renewed for a client that has hung up', async () => {
    const { clock, subscribe, events } = await observed();
    const interruption = new TestInterruption();
    const { t } = await subscribe('a', { uuid: 'u', heartbeat: 20 });
    const poll = subscribe('a', { uuid: 'u', heartbeat: 20, tt: t.t }, { interruption });
    await clock.advance(35_000);
    interruption.abort();
    await poll;
    await events();
    // The last renewal was at 30 seconds.
    await clock.advance(15_000);
    expect(await events()).toMatchObject([{ action: 'timeout' }]);
  });

  test('that was still valid when the client came back makes neither leave nor join', async () => {
    const { clock, subscribe, events } = await observed();
    const interruption = new TestInterruption();
    const { t } = await subscribe('a', { uuid: 'u' });
    const poll = subscribe('a', { uuid: 'u', tt: t.t }, { interruption });
    await isPending(poll);
    interruption.abort();
    await events();
    await clock.advance(60_000);
    await subscribe('a', { uuid: 'u' });
    expect(await events()).toEqual([]);
  });

  test.each([true, false])(
    'survives a jump of the wall clock while the poll is parked; clock that can tell: %s',
    async (canTell) => {
      const { clock, subscribe, events } = await observed('a', { limits: { holdSeconds: 1_000 } });
      if (!canTell) Object.defineProperty(clock, 'monotonic', { value: undefined });
      const { t } = await subscribe('a', { uuid: 'u', heartbeat: 20 });
      void subscribe('a', { uuid: 'u', heartbeat: 20, tt: t.t });
      await events();
      clock.jump(500_000);
      await clock.advance(25_000);
      expect(await events()).toEqual([]);
    },
  );

  test('does not end because the wall clock jumps', async () => {
    const { clock, presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 20 });
    await events();
    clock.jump(3_600_000);
    await clock.advance(19_000);
    expect(await events()).toEqual([]);
    clock.jump(-7_200_000);
    await clock.advance(1_000);
    expect((await events()).map(({ action }) => action)).toEqual(['timeout']);
  });

  test('of many users in one go times out user by user', async () => {
    const { clock, presence, events } = await observed();
    for (const uuid of ['u', 'v', 'w']) await presence('a', 'heartbeat', { uuid, heartbeat: 10 });
    await events();
    await clock.advance(10_000);
    expect((await events()).map(({ uuid, occupancy }) => [uuid, occupancy])).toEqual([
      ['u', 2],
      ['v', 1],
      ['w', 0],
    ]);
  });
});

describe('a leave', () => {
  test('ends the renewals of the polls that are parked at that moment', async () => {
    const { clock, presence, subscribe, events } = await observed('a,b', { limits: { holdSeconds: 1_000 } });
    const { t } = await subscribe('a,b', { uuid: 'u', heartbeat: 20 });
    void subscribe('a,b', { uuid: 'u', heartbeat: 20, tt: t.t });
    await clock.advance(5_000);
    await presence('a', 'leave', { uuid: 'u' });
    await events();
    await clock.advance(500_000);
    expect(await events()).toEqual([]);
  });

  test('that overtakes the poll it belongs to is not undone when that poll ends', async () => {
    const { clock, presence, publish, subscribe, events } = await observed();
    const { t } = await subscribe('a', { uuid: 'u' });
    const poll = subscribe('a', { uuid: 'u', tt: t.t });
    await clock.advance(5_000);
    await presence('a', 'leave', { uuid: 'u' });
    await publish('a', 1);
    await poll;
    expect((await events()).map(({ action }) => action)).toEqual(['join', 'leave']);
  });

  test('is undone by the next poll or heartbeat', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('a', 'leave', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect((await events()).map(({ action }) => action)).toEqual(['join', 'leave', 'join']);
  });
});

describe('state', () => {
  const state = (value: unknown) => JSON.stringify({ a: value });

  test('given with the first sign of life comes with the join', async () => {
    const { subscribe, events } = await observed();
    await subscribe('a', { uuid: 'u', state: state({ mood: 'fine' }) });
    expect(await events()).toEqual([
      { action: 'join', ...at(), uuid: 'u', occupancy: 1, data: { mood: 'fine' } },
    ]);
  });

  test('that differs is announced; the same is not', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'u', state: state({ x: 1 }) });
    await presence('a', 'heartbeat', { uuid: 'u', state: state({ x: 1 }) });
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'u', state: state({ x: 2 }) });
    expect(await events()).toEqual([
      { action: 'join', ...at(), uuid: 'u', occupancy: 1 },
      { action: 'state-change', ...at(), uuid: 'u', occupancy: 1, data: { x: 1 } },
      { action: 'state-change', ...at(), uuid: 'u', occupancy: 1, data: { x: 2 } },
    ]);
  });

  test('that is empty is no state', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', state: state({}) });
    await presence('a', 'heartbeat', { uuid: 'u', state: '{}' });
    expect(await events()).toEqual([{ action: 'join', ...at(), uuid: 'u', occupancy: 1 }]);
  });

  test('is lost on leave', async () => {
    const { presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', state: state({ x: 1 }) });
    await presence('a', 'leave', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect((await events()).map((event) => 'data' in event)).toEqual([true, false, false]);
  });

  test('is lost on timeout', async () => {
    const { clock, presence, events } = await observed();
    await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 5, state: state({ x: 1 }) });
    await clock.advance(5_000);
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect((await events()).at(-1)).not.toHaveProperty('data');
  });

  test('of a channel that the request does not name is ignored', async () => {
    const { presence, events } = await observed('a,b');
    await presence('b', 'heartbeat', { uuid: 'u', state: state({ x: 1 }) });
    expect(await events()).toEqual([{ action: 'join', ...at(), uuid: 'u', occupancy: 1 }]);
  });
});

describe('a channel with more than twenty users', () => {
  async function crowded(options: OriginOptions = {}) {
    const network = await observed('a', options);
    for (let user = 1; user <= 20; user++) await network.presence('a', 'heartbeat', { uuid: `u${user}` });
    await network.events();
    return network;
  }

  test('tells its changes together every ten seconds', async () => {
    const { clock, presence, events } = await crowded();
    await presence('a', 'heartbeat', { uuid: 'v' });
    await presence('a', 'heartbeat', { uuid: 'w' });
    await clock.advance(9_999);
    expect(await events()).toEqual([]);
    await clock.advance(1);
    expect(await events()).toEqual([{ action: 'interval', ...at(10), occupancy: 22, join: ['v', 'w'] }]);
    await clock.advance(60_000);
    expect(await events()).toEqual([]);
  });

  test('tells joins, leaves and timeouts apart, and what each user did last', async () => {
    const { clock, presence, events } = await crowded();
    for (const uuid of ['v', 'w', 'x', 'y']) await presence('a', 'heartbeat', { uuid, heartbeat: 12 });
    await clock.advance(10_000);
    await events();
    await presence('a', 'heartbeat', { uuid: 'y', heartbeat: 100 });
    await presence('a', 'heartbeat', { uuid: 'z', heartbeat: 100 });
    await presence('a', 'leave', { uuid: 'v' });
    await presence('a', 'heartbeat', { uuid: 'here and gone' });
    await presence('a', 'leave', { uuid: 'here and gone' });
    await clock.advance(10_000);
    expect(await events()).toEqual([
      {
        action: 'interval',
        ...at(20),
        occupancy: 22,
        join: ['z'],
        leave: ['v', 'here and gone'],
        timeout: ['w', 'x'],
      },
    ]);
  });

  test('still tells state changes one by one', async () => {
    const { clock, presence, events } = await crowded();
    await presence('a', 'heartbeat', { uuid: 'v' });
    await presence('a', 'heartbeat', { uuid: 'v', state: '{"a":{"x":1}}' });
    expect(await events()).toMatchObject([
      { action: 'state-change', uuid: 'v', occupancy: 21, data: { x: 1 } },
    ]);
    await clock.advance(10_000);
    expect(await events()).toMatchObject([{ action: 'interval', join: ['v'] }]);
  });

  test('names the users beside the payload too', async () => {
    const { clock, presence, subscribe, drain } = await crowded();
    const { t } = await subscribe('a-pnpres');
    await presence('a', 'heartbeat', { uuid: 'v' });
    await clock.advance(10_000);
    const [entry] = (await drain('a-pnpres', t.t)).m;
    expect(entry?.u).toMatchObject({ pn_action: 'interval', pn_occupancy: 21, pn_join: ['v'] });
    expect(entry?.u).not.toHaveProperty('pn_uuid');
  });

  test('asks to look again when the event would exceed 30 KB', async () => {
    const { clock, presence, events } = await crowded();
    for (let user = 0; user < 400; user++)
      await presence('a', 'heartbeat', { uuid: `${user}`.padStart(80, 'x') });
    await clock.advance(10_000);
    expect(await events()).toEqual([
      { action: 'interval', ...at(10), occupancy: 420, here_now_refresh: true },
    ]);
  });

  test('that empties tells single changes again, and no older ones after them', async () => {
    const { clock, presence, events } = await crowded();
    await presence('a', 'heartbeat', { uuid: 'v' });
    await presence('a', 'heartbeat', { uuid: 'w' });
    await presence('a', 'leave', { uuid: 'u1' });
    await presence('a', 'leave', { uuid: 'v' });
    expect(await events()).toMatchObject([{ action: 'leave', uuid: 'v', occupancy: 20 }]);
    await clock.advance(10_000);
    expect(await events()).toEqual([
      { action: 'interval', ...at(10), occupancy: 20, join: ['w'], leave: ['u1'] },
    ]);
  });

  test('is one with more users than configured', async () => {
    const { clock, presence, events } = await observed('a', {
      limits: { announceMax: 1, announceSeconds: 3 },
    });
    await presence('a', 'heartbeat', { uuid: 'u' });
    await presence('a', 'heartbeat', { uuid: 'v' });
    await clock.advance(3_000);
    expect((await events()).map(({ action }) => action)).toEqual(['join', 'interval']);
  });
});

test('closing the origin leaves no timer of presence behind', async () => {
  const { clock, origin, presence } = originNetwork({ limits: { announceMax: 0 } });
  await presence('a', 'heartbeat', { uuid: 'u' });
  expect(clock.pending).toBe(1);
  await origin.close();
  expect(clock.pending).toBe(0);
  expect((await presence('a', 'heartbeat', { uuid: 'u' })).status).toBe(503);
});
