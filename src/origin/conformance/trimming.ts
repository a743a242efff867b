import type { LogRules, ShardLog } from '../store/log.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { cases, needing } from './case.ts';
import { beside, message, stampsOf } from './entries.ts';
import { equal, isTrue } from './expect.ts';

const LOG: LogRules = { entries: 1_000, bytes: 1_000_000, publishIds: 1_000, publishIdBytes: 1_000_000 };

/** A log that drops its oldest entries. */
export const trimmingCases = cases('log', {
  'the newest entries are kept when there are too many, and readers are told of those that are gone': async (
    world,
  ) => {
    const { log } = await world.shard({ log: { ...LOG, entries: 3 } });
    const stamps = await filled(log, 8);
    await check(log, stamps, 5);
    for (const at of [4, 5, 6]) {
      const { entries, trimmed } = await log.readAfter(stamps[at] ?? '', 10);
      equal(
        [stampsOf(entries), trimmed],
        [stamps.slice(at + 1), false],
        'what follows an entry that is kept',
      );
    }
  },

  'whatever is read and appended, the log has just its newest entries': (world) =>
    world.scripts(async (choices) => {
      const entries = choices.between(1, 6);
      const { log } = await world.shard({ log: { ...LOG, entries } });
      const stamps: Stamp[] = [];
      for (let step = 0; step < 12; step++) {
        world.step(`keep ${entries} of ${stamps.length}`);
        stamps.push(...(await filled(log, choices.between(0, 3))));
        await check(log, stamps, Math.max(0, stamps.length - entries));
      }
    }),

  'the newest entries are kept when they are too long': async (world) => {
    const { log } = await world.shard({ log: { ...LOG, bytes: 1_000 } });
    for (let index = 0; index < 50; index++) await log.append([message('a', 'x'.repeat(99))]);
    const { entries, trimmed } = await log.readAfter(ZERO_STAMP, 100);
    isTrue(entries.length <= 10, `at most 1 000 characters, got ${entries.length} entries of 100`);
    isTrue(entries.length >= 5, `about 1 000 characters, got ${entries.length} entries of 100`);
    equal(trimmed, true, 'that something was dropped');
    await log.append([message('a', 'x'.repeat(2_000))]);
    equal((await log.readAfter(ZERO_STAMP, 100)).entries, [], 'the entries after one that is too long');
  },

  'entries are kept for as long as they may be': needing('advance', async (world) => {
    const { log } = await world.shard({ log: { ...LOG, keepMs: 60_000 } });
    const early = await filled(log, 3);
    await world.advance(40_000);
    const late = await filled(log, 2);
    await check(log, [...early, ...late], 0);
    await world.advance(30_000);
    await check(log, [...early, ...late], 3);
    const fence = await log.fence();
    await world.advance(60_000);
    await check(log, [...early, ...late], 5);
    isTrue((await log.fence()) >= fence, 'a fence not below the one before');
    equal((await log.readAfter(fence, 10)).trimmed, false, 'whether something after the fence was dropped');
  }),

  'dropping entries lowers nothing': async (world) => {
    const { log } = await world.shard({ log: { ...LOG, entries: 0 } });
    const [stamp = ''] = await filled(log, 1);
    equal(await log.last(), stamp, 'the last position');
    isTrue((await log.fence()) >= stamp, 'a fence not below what was dropped');
    const heard = await world.tail(log);
    const [next] = await filled(log, 1);
    await world.until(() => heard.entries.length > 0, 'an entry from the tail');
    const [entry] = heard.entries;
    equal([entry?.prev, entry?.tt], [stamp, next], 'the stamps of an entry that is not kept');
  },
});

async function filled(log: ShardLog, count: number): Promise<readonly Stamp[]> {
  return stampsOf(await log.append(Array.from({ length: count }, () => message('a'))));
}

/** The log has dropped so many of its entries, and says so to those who have not read them. */
async function check(log: ShardLog, stamps: readonly Stamp[], dropped: number): Promise<void> {
  const { entries, trimmed, trimmedUpto } = await log.readAfter(ZERO_STAMP, 100);
  equal(stampsOf(entries), stamps.slice(dropped), 'the entries that are kept');
  equal(trimmed, dropped > 0, 'whether something was dropped');
  const last = stamps[dropped - 1];
  if (last === undefined) return;
  equal((await log.readAfter(beside(last, -1), 100)).trimmed, true, 'whether the last one was dropped');
  equal((await log.readAfter(last, 100)).trimmed, false, 'whether something after the last was dropped');
  if (trimmedUpto === undefined) return;
  const [first] = entries;
  isTrue(trimmedUpto >= last, `a position not before ${last}, up to which entries were dropped`);
  isTrue(trimmedUpto < (first?.tt ?? '9'), 'no entry that is kept to be called dropped');
}
