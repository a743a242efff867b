import type { Appended, AppendRequest, ShardLog } from '../store/log.ts';
import { cases, needing } from './case.ts';
import { ALL, message, stampsOf } from './entries.ts';
import { equal, isTrue, present } from './expect.ts';
import { entriesAfter } from './world.ts';

const LOG = { entries: 1_000, bytes: 1_000_000, publishIds: 1_000, publishIdBytes: 1_000_000 };
const WINDOW_MS = 120_000;

/** Publishes that are repeated. */
export const publishIdCases = cases('log', {
  'a repeated publish is appended once, and has the stamp of the first': async (world) => {
    const { log } = await world.shard();
    const heard = await world.tail(log);
    const first = await publish(log, 'k');
    const between = await publish(log, 'other');
    isTrue(!first.isDuplicate && !between.isDuplicate, 'different ids to be appended');
    equal(await publish(log, 'k'), { tt: first.tt, isDuplicate: true }, 'the repetition');
    equal(stampsOf(await entriesAfter(log)), [first.tt, between.tt], 'the entries');
    const last = await publish(log);
    await world.until(() => heard.entries.length >= 3, 'three entries from the tail');
    equal(stampsOf(heard.entries), [first.tt, between.tt, last.tt], 'the entries of the tail');
  },

  'a batch may repeat an id': async (world) => {
    const { log } = await world.shard();
    const request = message('a', '1', { publishId: 'k' });
    const [first, second, third] = await log.append([request, request, message('a')]);
    isTrue(first?.isDuplicate === false, 'the first to be appended');
    equal(second, { tt: first.tt, isDuplicate: true }, 'the second');
    equal(stampsOf(await entriesAfter(log)), [first.tt, third?.tt], 'the entries');
  },

  'of repetitions at the same time one is appended': async (world) => {
    const { log } = await world.shard();
    const results = await Promise.all(Array.from({ length: 10 }, () => publish(log, 'k')));
    equal(results.filter(({ isDuplicate }) => !isDuplicate).length, 1, 'appended entries');
    equal(new Set(results.map(({ tt }) => tt)).size, 1, 'different stamps');
    equal((await entriesAfter(log)).length, 1, 'entries that can be read');
  },

  'a repetition below a higher floor keeps its stamp': async (world) => {
    const { log } = await world.shard();
    const first = await publish(log, 'k');
    const floor = await log.fence();
    const [again] = await log.append([message('a', '1', { publishId: 'k' })], { floor });
    equal(again, { tt: first.tt, isDuplicate: true }, 'the repetition');
  },

  'an id without delivery is remembered, and history keeps its entry once': async (world) => {
    const { log, history } = await world.shard();
    const request: AppendRequest = message('a', '1', { publishId: 'k', deliver: false, history: {} });
    const [first, again] = await log.append([request, request]);
    const [third] = await log.append([request]);
    equal([again, third], Array(2).fill({ tt: first?.tt, isDuplicate: true }), 'the repetitions');
    equal(stampsOf((await history.read(['a'], ALL)).get('a') ?? []), [first?.tt], 'what history has');
    equal((await entriesAfter(log)).length, 0, 'entries that can be read');
  },

  'ids are any texts, and those of another subscribe key are others': async (world) => {
    const [{ log }, other] = [await world.shard(), await world.shard()];
    for (const id of ['', '__proto__', 'a:b', '😀', "'"]) {
      const first = await publish(log, id);
      isTrue(!first.isDuplicate, `the id ${JSON.stringify(id)} to be new`);
      isTrue(!(await publish(other.log, id)).isDuplicate, 'the id to be new for another key');
      equal((await publish(log, id)).tt, first.tt, 'the stamp of the repetition');
    }
  },

  'an id is remembered for two minutes': needing('advance', async (world) => {
    const { log } = await world.shard();
    const first = await publish(log, 'k');
    await world.advance(WINDOW_MS - 2_000);
    equal(await publish(log, 'k'), { tt: first.tt, isDuplicate: true }, 'the repetition in time');
    // A repetition does not prolong it.
    await world.advance(4_000);
    const late = await publish(log, 'k');
    isTrue(!late.isDuplicate && late.tt > first.tt, 'the id to be forgotten after two minutes');
  }),

  'an id outlives its entry': async (world) => {
    const { log } = await world.shard({ log: { ...LOG, entries: 1 } });
    const first = await publish(log, 'k');
    await log.append([message('a'), message('a')]);
    equal(await publish(log, 'k'), { tt: first.tt, isDuplicate: true }, 'the repetition');
  },

  'the newest ids are remembered when there are too many': async (world) => {
    const { log } = await world.shard({ log: { ...LOG, publishIds: 3 } });
    const stamps = new Map<string, string>();
    for (const id of ['a', 'b', 'c', 'd']) stamps.set(id, (await publish(log, id)).tt);
    for (const id of ['d', 'b'])
      equal((await publish(log, id)).tt, present(stamps.get(id), id), `the stamp of ${id}`);
    isTrue(!(await publish(log, 'a')).isDuplicate, 'the oldest id to be forgotten');
  },

  'the newest ids are remembered when they are too long': async (world) => {
    const { log } = await world.shard({ log: { ...LOG, publishIdBytes: 100 } });
    await publish(log, 'a'.repeat(60));
    const { tt } = await publish(log, 'b'.repeat(60));
    equal(await publish(log, 'b'.repeat(60)), { tt, isDuplicate: true }, 'the newest');
    isTrue(!(await publish(log, 'a'.repeat(60))).isDuplicate, 'the older one to be forgotten');
  },
});

async function publish(log: ShardLog, publishId?: string): Promise<Appended> {
  const [appended] = await log.append([message('a', '1', publishId === undefined ? {} : { publishId })]);
  return present(appended, 'a result');
}
