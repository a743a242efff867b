import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ShardLog, Stamp, Tail } from '../../../src/origin/index.ts';
import { LOG_RULES, MemoryLog } from '../../../src/origin/store/memory/log.ts';
import { Follower } from '../../../src/origin/window/follower.ts';
import { message } from '../../support/entries.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** A memory log whose tail loses, repeats and delays calls as a test says. */
class LossyLog extends MemoryLog {
  fate: 'deliver' | 'lose' | 'repeat' = 'deliver';
  failing = false;

  override async tail({ onEntry, onState }: Tail): Promise<() => void> {
    return super.tail({
      onState,
      onEntry: (entry) => {
        if (this.fate === 'lose') return;
        onEntry(entry);
        if (this.fate === 'repeat') onEntry(entry);
      },
    });
  }

  override async readAfter(after: Stamp, limit: number) {
    if (this.failing) throw new Error('The log is away.');
    return super.readAfter(after, limit);
  }
}

async function follow(log: ShardLog, clock: VirtualClock, checks = true) {
  const seen: Stamp[] = [];
  const failures: unknown[] = [];
  const lost: Stamp[] = [];
  const follower = new Follower({
    log,
    clock,
    checks,
    onEntry: ({ tt }) => seen.push(tt),
    onLost: (before) => lost.push(before),
    onReset: () => undefined,
    onLive: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  await follower.start();
  return { follower, seen, failures, lost };
}

test('however the tail behaves, every entry is handed on once and in order', async () => {
  const step = fc.record({
    fate: fc.constantFrom('deliver' as const, 'lose' as const, 'repeat' as const),
    count: fc.integer({ min: 1, max: 4 }),
    turns: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const clock = new VirtualClock();
      const log = new LossyLog(clock);
      const { follower, seen, failures } = await follow(log, clock);
      const stamps: Stamp[] = [];
      for (const { fate, count, turns } of steps) {
        log.fate = fate;
        for (let index = 0; index < count; index++) stamps.push(log.appendOne(message('a')).tt);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      }
      await clock.advance(1_100);
      expect(seen).toEqual(stamps);
      expect(failures).toEqual([]);
      follower.close();
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test('a lost last entry is found within a second and a bit', async () => {
  const clock = new VirtualClock();
  const log = new LossyLog(clock);
  const { follower, seen } = await follow(log, clock);
  log.fate = 'lose';
  log.appendNow([message('a')]);
  await settle();
  expect(seen).toEqual([]);
  await clock.advance(1_050);
  expect(seen).toHaveLength(1);
  follower.close();
});

test('what is in the log already is read first, page by page', async () => {
  const clock = new VirtualClock();
  const log = new LossyLog(clock);
  const stamps = Array.from({ length: 900 }, () => log.appendOne(message('a')).tt);
  const { follower, seen } = await follow(log, clock);
  expect(seen).toEqual(stamps);
  expect(follower.position).toBe(stamps.at(-1));
  follower.close();
});

test('an announcement while a page is read is not lost', async () => {
  const clock = new VirtualClock();
  const log = new LossyLog(clock);
  log.appendNow([message('a')]);
  const starting = follow(log, clock);
  await Promise.resolve();
  const stamps = [log.appendOne(message('b')).tt, log.appendOne(message('c')).tt];
  const { follower, seen } = await starting;
  await settle();
  expect(seen.slice(-2)).toEqual(stamps);
  follower.close();
});

test('what was trimmed before it could be read is reported as lost', async () => {
  const clock = new VirtualClock();
  const log = new LossyLog(clock, { rules: { ...LOG_RULES, entries: 1 } });
  const first = log.appendOne(message('a')).tt;
  log.appendOne(message('a'));
  const { follower, lost } = await follow(log, clock);
  expect(lost).toEqual([first]);
  follower.close();
});

test('a log that cannot be read is reported, and read again later', async () => {
  const clock = new VirtualClock();
  const log = new LossyLog(clock);
  const { follower, seen, failures } = await follow(log, clock);
  log.fate = 'lose';
  log.failing = true;
  log.appendNow([message('a')]);
  await clock.advance(3_000);
  expect(failures.length).toBeGreaterThan(0);
  log.failing = false;
  await clock.advance(1_100);
  expect(seen).toHaveLength(1);
  follower.close();
});
