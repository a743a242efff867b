import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../../src/origin/index.ts';
import { resolveLimits } from '../../../src/origin/limits.ts';
import { PresenceTracker } from '../../../src/origin/presence/tracker.ts';
import type { PresenceStore, Touch } from '../../../src/origin/store/presence.ts';
import { HIGHEST_STAMP, ZERO_STAMP } from '../../../src/origin/store/stamp.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** A tracker over a store that counts its calls, and fails while it is `down`. */
async function tracked({ isLocal = true } = {}) {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 }).shard('demo', {
    ...{ announceMax: 20, leaseMs: 300_000 },
  }).presence;
  const calls: (readonly Touch[])[] = [];
  const failures: unknown[] = [];
  let isDown = false;
  let sweeps = 0;
  const check = () => {
    if (isDown) throw new Error('down');
  };
  const presence: PresenceStore = {
    async touch(touches) {
      calls.push(touches);
      check();
      return store.touch(touches);
    },
    async sweep(max) {
      sweeps++;
      check();
      return store.sweep(max);
    },
    leave: (user, channels) => store.leave(user, channels),
    hereNow: (channels, page) => store.hereNow(channels, page),
    whereNow: (user) => store.whereNow(user),
    setState: (user, states) => store.setState(user, states),
    getState: (user, channels) => store.getState(user, channels),
  };
  const tracker = new PresenceTracker({
    ...{ presence, clock, isLocal, isShared: true, limits: resolveLimits() },
    nextTurn: () => settle(1),
    onFailure: (error) => failures.push(error),
  });
  await tracker.start();
  const leases = () =>
    calls.splice(0).map((call) => call.reduce((sum, { channels }) => sum + channels.length, 0));
  const down = (value: boolean) => {
    isDown = value;
  };
  return { clock, store, tracker, failures, leases, down, sweeps: () => sweeps };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const users = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);

test.each([[true], [false]])(
  'heartbeats and polls of one turn are one call; store in this process: %s',
  async (isLocal) => {
    const { tracker, leases } = await tracked({ isLocal });
    const heartbeats = users(40).map((user) => tracker.touch({ user, channels: ['a', 'b'] }));
    for (const user of users(60)) tracker.park({ user, channels: ['a'] });
    await Promise.all(heartbeats);
    expect(leases()).toEqual([140]);
  },
);

test('what comes in several turns of the sockets is one call for a store that is elsewhere', async () => {
  const { tracker, leases } = await tracked({ isLocal: false });
  for (const user of users(10)) {
    tracker.park({ user, channels: ['a'] });
    await Promise.resolve();
  }
  await settle();
  expect(leases()).toEqual([10]);
});

test('a call has 500 leases at most, of one request or of many, and the next is in a later turn', async () => {
  const { tracker, leases, store } = await tracked();
  const renewed = tracker.touch({ user: 'u', channels: names(1_100), leaseMs: 20_000 });
  for (const user of users(300)) tracker.park({ user, channels: ['c0', 'c1'] });
  await Promise.resolve();
  expect(leases()).toEqual([500]);
  await settle(1);
  expect(leases()).toEqual([500]);
  expect(await renewed).toEqual({ leaseMs: 20_000, excess: undefined });
  await settle();
  expect(leases()).toEqual([500, 200]);
  expect(await store.whereNow('u')).toHaveLength(1_100);
});

test('thousands of parked polls renew at half of their leases, in calls of 500', async () => {
  const { clock, tracker, leases } = await tracked();
  for (const user of users(3_000)) tracker.park({ user, channels: ['a', 'b'], leaseMs: 60_000 });
  await settle(20);
  leases();
  await clock.advance(29_999);
  expect(leases()).toEqual([]);
  await clock.advance(1);
  await settle(20);
  expect(leases()).toEqual(Array.from({ length: 12 }, () => 500));
});

test('a call that fails rejects its heartbeats; polls renew again a second later', async () => {
  const { clock, tracker, leases, down, store, failures } = await tracked();
  down(true);
  const heartbeat = tracker.touch({ user: 'u', channels: ['a'] });
  const states = new Map([['a', '{"x":1}']]);
  const parked = tracker.park({ user: 'v', channels: ['a'], leaseMs: 60_000, states });
  await expect(heartbeat).rejects.toThrow('down');
  expect(failures).toHaveLength(1);
  down(false);
  await clock.advance(1_000);
  expect(leases()).toEqual([2, 1]);
  expect(await store.whereNow('v')).toEqual(['a']);
  expect(await store.whereNow('u')).toEqual([]);
  // The state comes with the first renewal that succeeds, and with no other.
  expect(await store.getState('v', ['a'])).toEqual(states);
  await tracker.setState('v', new Map([['a', '{"x":2}']]));
  await clock.advance(30_000);
  expect(await store.getState('v', ['a'])).toEqual(new Map([['a', '{"x":2}']]));
  parked.end(false);
});

test('while the store is down, one call a second is tried for all polls', async () => {
  const { clock, tracker, leases, down } = await tracked();
  for (const user of users(5_000)) tracker.park({ user, channels: ['a'], leaseMs: 60_000 });
  await settle(20);
  leases();
  down(true);
  await clock.advance(30_000);
  await clock.advance(10_000);
  expect(leases().length).toBeLessThanOrEqual(12);
  down(false);
  await clock.advance(15_000);
  await settle(20);
  expect(leases().reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(5_000);
});

test('a leave or a state of the same turn comes after what the turn renews', async () => {
  const { tracker, store } = await tracked({ isLocal: false });
  const renewed = tracker.touch({ user: 'u', channels: ['a', 'b'], states: new Map([['b', '{"x":1}']]) });
  tracker.park({ user: 'u', channels: ['a'] });
  await tracker.leave('u', ['a']);
  await tracker.setState('u', new Map([['b', '{"x":2}']]));
  await renewed;
  expect(await store.whereNow('u')).toEqual(['b']);
  expect(await store.getState('u', ['b'])).toEqual(new Map([['b', '{"x":2}']]));
});

test('a sweep that fails is tried again, also the first', async () => {
  const { clock, tracker, down, sweeps, failures } = await tracked();
  tracker.notice();
  down(true);
  await clock.advance(10_000);
  expect(failures).toHaveLength(1);
  const before = sweeps();
  down(false);
  await clock.advance(1_000);
  expect(sweeps()).toBe(before + 1);
  tracker.close();
  expect(clock.pending).toBe(0);
});

test('a poll on no channel, and one that ends in its own turn, leave nothing behind', async () => {
  const { clock, tracker, leases } = await tracked();
  tracker.park({ user: 'u', channels: [] }).end(true);
  expect(await tracker.touch({ user: 'u', channels: [] })).toEqual({ leaseMs: 300_000, excess: undefined });
  tracker.park({ user: 'u', channels: ['a'] }).end(false);
  await clock.advance(400_000);
  expect(leases()).toEqual([1]);
});

describe('a leave that the log tells of', () => {
  const channels = ['a'];

  async function parked() {
    const { clock, store, tracker, leases } = await tracked();
    tracker.park({ user: 'u', channels, leaseMs: 1_000 });
    await settle();
    leases();
    const renewed = async () => {
      await clock.advance(600);
      return leases().length > 0;
    };
    return { store, tracker, renewed };
  }

  test('ends the renewals of polls that were parked before it', async () => {
    const { tracker, renewed } = await parked();
    tracker.left('u', { tt: HIGHEST_STAMP, instance: '', channels });
    expect(await renewed()).toBe(false);
  });

  test('and comes late does not end those of polls that were parked after it', async () => {
    const { tracker, renewed } = await parked();
    tracker.left('u', { tt: ZERO_STAMP, instance: '', channels });
    expect(await renewed()).toBe(true);
  });

  test.each([
    [ZERO_STAMP, 1],
    [HIGHEST_STAMP, 0],
  ])('while a poll waits for the store is put in order with it: %s', async (tt, renewals) => {
    const { clock, tracker, leases } = await tracked();
    tracker.park({ user: 'u', channels, leaseMs: 1_000 });
    tracker.left('u', { tt, instance: '', channels });
    await settle();
    leases();
    await clock.advance(600);
    expect(leases()).toHaveLength(renewals);
  });
});
