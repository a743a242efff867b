import { describe, expect, test } from 'vitest';
import { MemoryEngine, type ShardRules } from '../../../../src/origin/index.ts';
import { Budget } from '../../../../src/origin/store/budget.ts';
import { weightOf } from '../../../../src/origin/store/entry.ts';
import { ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const ROOM = { entries: 1_000_000, bytes: 1_000_000_000 };

function stored(rules: Partial<ShardRules> = {}) {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const shard = engine.shard('demo', { announceMax: 0, leaseMs: 300_000, ...rules });
  const { log, presence } = shard;
  const join = (user: string, ...channels: string[]) => presence.touch([{ user, channels }]);
  const entries = async () => (await log.readAfter(ZERO_STAMP, 1_000)).entries;
  /** What has happened, in a word for each entry. */
  const actions = async () =>
    (await entries()).map((entry) => (entry.kind === 'presence' ? entry.data.action : entry.kind));
  return { clock, engine, presence, join, entries, actions };
}

describe('touch', () => {
  test('has one result for each touch, in order', async () => {
    const { presence } = stored({
      leases: { all: ROOM, user: { entries: 1, bytes: 1_000 } },
    });
    expect(
      await presence.touch([
        { user: 'u', channels: ['a', 'b'] },
        { user: 'v', channels: ['a'], leaseMs: 20_000 },
        { user: 'v', channels: [] },
      ]),
    ).toMatchObject([
      { leaseMs: 300_000, excess: 'user' },
      { leaseMs: 20_000, excess: undefined },
      { leaseMs: 300_000, excess: undefined },
    ]);
  });
});

describe('leave', () => {
  test('logs its events and then one control entry, with all the channels that were named', async () => {
    const { presence, join, entries } = stored({ announceMax: 20 });
    await join('u', 'a', 'b');
    await presence.leave('u', ['a', 'b', 'c']);
    expect((await entries()).slice(2).map(({ kind, channel }) => [kind, channel])).toEqual([
      ['presence', 'a-pnpres'],
      ['presence', 'b-pnpres'],
      ['leave', 'u'],
    ]);
    expect((await entries()).at(-1)?.data).toEqual(['a', 'b', 'c']);
  });

  test('of what is not there logs nothing; of a state that waits for its user, the control entry', async () => {
    const { engine, presence, entries } = stored();
    await presence.leave('u', ['a']);
    expect(await entries()).toEqual([]);
    expect(engine.isBlank('demo')).toBe(true);
    await presence.setState('u', new Map([['a', '{"x":1}']]));
    await presence.leave('u', ['a']);
    expect((await entries()).map(({ kind }) => kind)).toEqual(['presence', 'leave']);
  });
});

describe('sweep', () => {
  test('says in how many milliseconds the next thing is due', async () => {
    const { clock, presence, join } = stored({ announceMax: 1, announceMs: 4_000 });
    const next = async (max = 500) => (await presence.sweep(max)).nextMs;
    expect(await next()).toBeUndefined();
    await join('u', 'a');
    expect(await next()).toBe(300_000);
    clock.jump(1_000);
    await join('v', 'a');
    expect(await next()).toBe(4_000);
    clock.jump(3_000);
    expect(await next()).toBe(1_000);
    clock.jump(1_000);
    expect(await next()).toBe(295_000);
    clock.jump(300_000);
    expect(await next(1)).toBe(0);
    expect(await next(1)).toBeUndefined();
  });

  test('logs an interval event once, though several sweep, and in slices', async () => {
    const { clock, presence, join, actions } = stored();
    for (let channel = 0; channel < 30; channel++) await join('u', `c${channel}`);
    clock.jump(10_000);
    expect(await presence.sweep(10)).toEqual({ nextMs: 0 });
    expect(await actions()).toEqual(['interval', 'interval', 'interval', 'interval', 'interval']);
    await Promise.all([presence.sweep(500), presence.sweep(500)]);
    expect(await actions()).toHaveLength(30);
  });
});

describe('changes that wait', () => {
  test('count as data of the key until they are told, and give their room back', async () => {
    const { clock, engine, presence, join } = stored();
    await join('u', 'a');
    await presence.leave('u', ['a']);
    clock.jump(10_000);
    expect(engine.isBlank('demo')).toBe(false);
    const budget = new Budget(ROOM);
    const other = stored({ budget });
    for (let round = 0; round < 3; round++) {
      for (let user = 0; user < 50; user++) await other.join(`user ${user}`, 'a', 'b');
      for (let user = 0; user < 50; user++) await other.presence.leave(`user ${user}`, ['a', 'b']);
      other.clock.jump(10_000);
      await other.presence.sweep(500);
    }
    const events = await other.entries();
    const characters = events.reduce((sum, entry) => sum + weightOf(entry), 0);
    expect(budget.used).toEqual({ entries: events.length, bytes: characters });
  });

  test('are not named when their names exceed an event, and take no more room then', async () => {
    const budget = new Budget(ROOM);
    const { clock, presence, join, entries } = stored({ budget });
    for (let user = 0; user < 1_000; user++) await join(`${user}`.padStart(100, 'x'), 'a');
    // The leases and the channel alone.
    expect(budget.used.entries).toBe(1_001);
    clock.jump(10_000);
    await presence.sweep(500);
    const [event] = await entries();
    expect(event?.data).toEqual({ action: 'interval', occupancy: 1_000, hereNowRefresh: true });
  });

  test.each([
    ['names', { entries: 3, bytes: 1_000 }, ['interval']],
    ['characters', { entries: 100, bytes: 12 }, ['interval']],
  ])('beyond the limit of their %s are told without names', async (_, waiting, told) => {
    const { clock, presence, join, actions, entries } = stored({ waiting });
    for (let user = 0; user < 10; user++) await join(`user${user}`, 'a');
    clock.jump(10_000);
    await presence.sweep(500);
    expect(await actions()).toEqual(told);
    expect((await entries())[0]?.data).toMatchObject({ hereNowRefresh: true });
  });

  test('of a channel for which there is no room are told one by one', async () => {
    const { clock, presence, join, actions } = stored({ waiting: { entries: 2, bytes: 1_000 } });
    await join('u', 'a');
    await join('u', 'b');
    expect(await actions()).toEqual(['join']);
    clock.jump(10_000);
    await presence.sweep(500);
    await join('v', 'b');
    clock.jump(10_000);
    await presence.sweep(500);
    expect(await actions()).toEqual(['join', 'interval', 'interval']);
  });
});
