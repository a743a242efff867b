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

describe('changes that wait', () => {
  test('count as data of the key until they are told, and give their room back', async () => {
    const { clock, engine, presence, join } = stored();
    await join('u', 'a');
    await presence.leave('u', ['a']);
    await clock.advance(10_000);
    expect(engine.isBlank('demo')).toBe(false);
    const budget = new Budget(ROOM);
    const other = stored({ budget });
    for (let round = 0; round < 3; round++) {
      for (let user = 0; user < 50; user++) await other.join(`user ${user}`, 'a', 'b');
      for (let user = 0; user < 50; user++) await other.presence.leave(`user ${user}`, ['a', 'b']);
      await other.clock.advance(10_000);
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
    await clock.advance(10_000);
    await presence.sweep(500);
    const [event] = await entries();
    expect(event?.data).toEqual({ action: 'interval', occupancy: 1_000, hereNowRefresh: true });
  });
});
