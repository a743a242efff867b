import { laterStamp, stampPlus, ZERO_STAMP } from '../store/stamp.ts';
import { cases, needing } from './case.ts';
import { contentsOf, fill } from './engine.ts';
import { message, stampsOf } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import { entriesAfter } from './world.ts';

/** One set of data in several processes, at the same time or one after the other. */
export const reopenCases = cases('engine', {
  'what was acknowledged is there when the engine is opened again': needing('reopen', async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const shard = engine.shard(key, world.rules());
    await fill(shard);
    const [contents, entries] = [await contentsOf(shard), await entriesAfter(shard.log)];
    const began = await shard.log.began();
    await engine.close();
    const again = (await world.reopen(engine)).shard(key, world.rules());
    equal(await entriesAfter(again.log), entries, 'the entries');
    equal(await contentsOf(again), contents, 'the contents of the parts');
    equal(await again.log.last(), entries.at(-1)?.tt, 'the last position');
    isTrue((await again.log.began()) <= began, 'a beginning that is not later');
    const resumed = await again.log.readAfter(entries[0]?.tt ?? '', 1_000);
    equal(
      [resumed.trimmed, stampsOf(resumed.entries)],
      [false, stampsOf(entries.slice(1))],
      'what an old cursor reads',
    );
  }),

  'no stamp is given out twice, however often the engine is opened': needing('reopen', async (world) => {
    const key = world.key();
    let engine = await world.engine();
    let highest = ZERO_STAMP;
    for (let round = 0; round < 4; round++) {
      const { log } = engine.shard(key, world.rules());
      const [first, second] = await log.append([message('a'), message('a')]);
      isTrue((first?.tt ?? '') > highest, `a stamp above ${highest}, got ${first?.tt}`);
      const fence = await log.fence(stampPlus(await log.fence(), 1_000));
      highest = laterStamp(fence, second?.tt ?? '');
      await engine.close();
      engine = await world.reopen(engine);
    }
  }),

  'a publish that is repeated after a restart is a duplicate': needing('reopen', async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const publish = message('a', '1', { publishId: 'k' });
    const [first] = await engine.shard(key, world.rules()).log.append([publish]);
    await engine.close();
    const again = (await world.reopen(engine)).shard(key, world.rules());
    equal(await again.log.append([publish]), [{ tt: first?.tt, isDuplicate: true }], 'the repetition');
  }),

  'the number of the log stays when nothing is lost': needing('reopen', async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const before = await world.tail(engine.shard(key, world.rules()).log);
    const after = await world.tail((await world.reopen(engine)).shard(key, world.rules()).log);
    equal(after.states.at(-1), before.states.at(-1), 'the state of the log');
  }),

  'stamps of two processes are in one order': needing('reopen', async (world) => {
    const [one, other] = await world.shards();
    let highest = ZERO_STAMP;
    for (let round = 0; round < 10; round++) {
      const { log } = round % 2 === 0 ? one : other;
      const [appended] = await log.append(
        [message('a')],
        round % 3 === 0 ? { floor: stampPlus(highest, 1) } : {},
      );
      isTrue((appended?.tt ?? '') > highest, `a stamp above ${highest}, got ${appended?.tt}`);
      highest = await (round % 4 === 0 ? other : one).log.fence();
    }
    const together = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? one : other).log.append([message('a'), message('b')]),
      ),
    );
    const stamps = together.flat().map(({ tt }) => tt);
    equal(new Set(stamps).size, stamps.length, 'the number of different stamps');
    isTrue(
      stamps.every((stamp) => stamp > highest),
      `all stamps above ${highest}`,
    );
    equal(stampsOf(await entriesAfter(one.log)).slice(-stamps.length), stamps.toSorted(), 'the entries');
  }),

  'what one process does another finds, and hears of': needing('reopen', async (world) => {
    const [one, other] = await world.shards();
    const heard = await world.tail(other.log);
    await fill(one);
    equal(await contentsOf(other), await contentsOf(one), 'the contents');
    const entries = await entriesAfter(one.log);
    const last = entries.at(-1)?.tt;
    await world.until(() => heard.entries.at(-1)?.tt === last, 'the last entry from the tail');
    const byStamp = new Map(entries.map((entry) => [entry.tt, entry]));
    for (const entry of heard.entries) equal(entry, byStamp.get(entry.tt), 'an entry of the tail');
  }),

  'of the same publish in two processes one is appended': needing('reopen', async (world) => {
    const [one, other] = await world.shards();
    const publish = message('a', '1', { publishId: 'k' });
    const results = await Promise.all([one, other, one, other].map(({ log }) => log.append([publish])));
    equal(results.flat().filter(({ isDuplicate }) => !isDuplicate).length, 1, 'appended entries');
    equal(new Set(results.flat().map(({ tt }) => tt)).size, 1, 'the number of different stamps');
  }),

  'a user who leaves in one process has left in the other': needing('reopen', async (world) => {
    const [one, other] = await world.shards();
    const heard = await world.tail(other.log);
    await one.presence.touch([{ user: 'ann', channels: ['a'] }]);
    await other.presence.touch([{ user: 'ann', channels: ['a'] }]);
    await one.presence.leave('ann', ['a']);
    equal(await other.presence.whereNow('ann'), [], 'the channels of the user');
    await world.until(() => heard.entries.length >= 3, 'three entries from the tail');
    equal(
      heard.entries.map(({ kind }) => kind),
      ['presence', 'presence', 'leave'],
      'the entries',
    );
  }),
});
