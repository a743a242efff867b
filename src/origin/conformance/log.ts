import type { ShardLog } from '../store/log.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { cases } from './case.ts';
import { beside, contentOf, message, SAMPLES, stampsOf } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import { entriesAfter } from './world.ts';

/** Entries of a log, read by position. */
export const logCases = cases('log', {
  'an entry is read as it was appended, whatever its kind and its names': async (world) => {
    const { log } = await world.shard();
    const appended = await log.append(SAMPLES);
    const entries = await entriesAfter(log);
    equal(entries.map(contentOf), SAMPLES.map(contentOf), 'the entries');
    equal(stampsOf(entries), stampsOf(appended), 'their stamps');
  },

  'a batch has one result for each of its entries, in order': async (world) => {
    const { log } = await world.shard();
    equal(await log.append([]), [], 'the results of an empty batch');
    const batch = Array.from({ length: 70 }, (_, index) => message('a', `${index}`));
    const appended = await log.append(batch);
    equal(stampsOf(appended), [...new Set(stampsOf(appended))].sort(), 'the stamps');
    equal((await entriesAfter(log)).map(contentOf), batch.map(contentOf), 'the entries');
    isTrue(!appended.some(({ isDuplicate }) => isDuplicate), 'no entry to be a duplicate');
  },

  'each entry has the stamp of the one before it': async (world) => {
    const { log } = await world.shard();
    for (let count = 1; count < 6; count++) {
      await log.append(Array.from({ length: count }, () => message(`c${count}`)));
      await log.fence();
    }
    const entries = await entriesAfter(log);
    const [first] = entries;
    isTrue((first?.prev ?? '') < (first?.tt ?? ''), 'the first entry to follow an earlier position');
    const stamps = stampsOf(entries);
    equal(
      entries.slice(1).map(({ prev }) => prev),
      stamps.slice(0, -1),
      'the stamps of the entries before',
    );
  },

  'pages have all entries, each once, and go on where they end': async (world) => {
    const { log } = await world.shard();
    const stamps = stampsOf(await log.append(Array.from({ length: 10 }, (_, n) => message(`c${n % 3}`))));
    for (const limit of [1, 3, 10, 11]) equal(await pagedStamps(log, limit), stamps, `pages of ${limit}`);
  },

  'reading from any position has the entries after it': (world) =>
    world.scripts(async (choices) => {
      const { log } = await world.shard();
      const stamps: Stamp[] = [];
      for (let step = 0; step < 20; step++) {
        if (choices.oneIn(3)) await log.fence();
        stamps.push(...stampsOf(await log.append(choices.some([message('a'), message('b')], 2))));
        const position = beside(stamps[choices.below(stamps.length + 1)] ?? '5', choices.between(-1, 1));
        const limit = choices.between(1, 8);
        world.step(`read ${limit} after ${position}`);
        const { entries, upto, trimmed } = await log.readAfter(position, limit);
        const all = stamps.filter((stamp) => stamp > position);
        equal(stampsOf(entries), all.slice(0, limit), 'the stamps');
        isTrue(!trimmed, 'nothing to be trimmed');
        isTrue(upto >= position, `a position not before ${position}, got ${upto}`);
        equal(await readable(log, position, upto), stampsOf(entries), 'the entries up to the next position');
      }
    }),

  'nothing appears at or below a position that was read up to': async (world) => {
    const { log } = await world.shard();
    for (let round = 0; round < 10; round++) {
      const pending = [log.append([message('a')]), log.append([message('b')])];
      const { entries, upto } = await log.readAfter(ZERO_STAMP, 100);
      await Promise.all(pending);
      const found = stampsOf(await entriesAfter(log)).filter((stamp) => stamp <= upto);
      equal(found, stampsOf(entries), `the entries up to ${upto}`);
      const [later] = await log.append([message('a')]);
      isTrue((later?.tt ?? '') > upto, `a stamp above ${upto}, got ${later?.tt}`);
    }
  },

  'what is not to be delivered is stamped, and is no entry': async (world) => {
    const { log } = await world.shard();
    const heard = await world.tail(log);
    const [before, hidden, after] = await log.append([
      message('a'),
      message('a', '2', { deliver: false }),
      message('a', '3', { deliver: true }),
    ]);
    isTrue((before?.tt ?? '') < (hidden?.tt ?? '') && (hidden?.tt ?? '') < (after?.tt ?? ''), 'three stamps');
    const entries = await entriesAfter(log);
    equal(stampsOf(entries), [before?.tt, after?.tt], 'the entries that can be read');
    equal(entries[1]?.prev, before?.tt, 'the entry before the last');
    equal(await log.last(), after?.tt, 'the last position');
    await world.until(() => heard.entries.length >= 2, 'two entries from the tail');
    equal(heard.entries, entries, 'the entries of the tail');
  },
});

async function pagedStamps(log: ShardLog, limit: number): Promise<readonly Stamp[]> {
  const read: Stamp[] = [];
  for (let position = ZERO_STAMP; ; ) {
    const { entries, upto, trimmed } = await log.readAfter(position, limit);
    isTrue(!trimmed, 'nothing to be trimmed');
    isTrue(entries.length <= limit, `at most ${limit} entries, got ${entries.length}`);
    if (entries.length === 0) return read;
    read.push(...stampsOf(entries));
    isTrue(upto > position, `a page after ${position} to end later, got ${upto}`);
    position = upto;
  }
}

async function readable(log: ShardLog, after: Stamp, upto: Stamp): Promise<readonly Stamp[]> {
  return stampsOf(await entriesAfter(log, after)).filter((stamp) => stamp <= upto);
}
