import { turn } from '../../protocol/turn.ts';
import { MAX_AHEAD_MS } from '../store/stamp.ts';
import { cases } from './case.ts';
import { contentOf, message, SAMPLES, stampsOf } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import { entriesAfter } from './world.ts';

const HIGHEST_EPOCH = 2 ** 31 - 1;

/** Entries of a log, as they come. */
export const tailCases = cases('log', {
  'a tail knows the state before it is there': async (world) => {
    const { log } = await world.shard();
    const states: unknown[] = [];
    const end = await log.tail({ onEntry: () => undefined, onState: (state) => states.push(state) });
    const [{ states: others }, count] = [await world.tail(log), states.length];
    end();
    isTrue(count > 0, 'the state to be told before the tail resolves');
    const [state] = others;
    isTrue(state?.isUp === true, 'a log that is up');
    const { epoch } = state;
    isTrue(
      Number.isSafeInteger(epoch) && epoch >= 1 && epoch <= HIGHEST_EPOCH,
      `an epoch from 1 to 2^31-1, got ${epoch}`,
    );
    equal(states[0], state, 'the state that another tail is told');
  },

  'a tail has each new entry as the log has it, in order': async (world) => {
    const { log } = await world.shard();
    await log.append([message('early')]);
    const heard = await world.tail(log);
    for (const sample of SAMPLES) await log.append([sample, message('a')]);
    const count = SAMPLES.length * 2;
    await world.until(() => heard.entries.length >= count, `${count} entries from the tail`);
    const entries = (await entriesAfter(log)).slice(1);
    equal(heard.entries, entries, 'the entries of the tail');
    equal(
      entries.filter((_, index) => index % 2 === 0).map(contentOf),
      SAMPLES.map(contentOf),
      'what they are',
    );
  },

  'an entry that a tail is told of can be read, with all before it': async (world) => {
    const { log } = await world.shard();
    const reads: Promise<void>[] = [];
    const read = async (tt: string) => {
      const found = stampsOf(await entriesAfter(log)).filter((stamp) => stamp <= tt);
      equal(found.at(-1), tt, 'the newest entry that can be read');
    };
    await world.tail(log, ({ tt }) => reads.push(read(tt)));
    for (let count = 0; count < 20; count++) await log.append([message('a')]);
    await world.until(() => reads.length >= 20, '20 entries from the tail');
    await Promise.all(reads);
  },

  'several tails have the same entries': async (world) => {
    const { log } = await world.shard();
    const [one, other] = [await world.tail(log), await world.tail(log)];
    await log.append([message('a'), message('b')]);
    await world.until(() => one.entries.length + other.entries.length >= 4, 'two entries from each tail');
    equal(one.entries, other.entries, 'the entries');
  },

  'a tail that was ended hears no more, and others go on': async (world) => {
    const { log } = await world.shard();
    const [one, other] = [await world.tail(log), await world.tail(log)];
    await log.append([message('a')]);
    await world.until(() => one.entries.length > 0 && other.entries.length > 0, 'an entry from each tail');
    one.end();
    one.end();
    await log.append([message('b')]);
    await world.until(() => other.entries.length > 1, 'an entry from the tail that goes on');
    equal(one.entries.length, 1, 'the entries of the tail that was ended');
  },

  'a fence and a floor are no entries': async (world) => {
    const { log } = await world.shard();
    const heard = await world.tail(log);
    const fence = await log.fence();
    await log.fence(`${BigInt(fence) + BigInt(MAX_AHEAD_MS)}`);
    await log.append([message('a')]);
    await world.until(() => heard.entries.length > 0, 'an entry');
    equal(heard.entries.map(contentOf), [contentOf(message('a'))], 'the entries');
  },

  'calls of an engine of this process settle within a turn, and its tail has lost nothing then': async (
    world,
  ) => {
    if (!(await world.engine()).isLocal) return;
    const { log, groups } = await world.shard();
    const heard = await world.tail(log);
    let settled = 0;
    const calls = [log.append([message('a')]), log.fence(), groups.change('g', ['a'], []), log.last()];
    const all = Promise.all(calls.map((call) => (call as Promise<unknown>).then(() => settled++)));
    await turn();
    equal([settled, heard.entries.length], [calls.length, 2], 'settled calls, and entries of the tail');
    await all;
  },
});
