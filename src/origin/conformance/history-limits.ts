import type { HistoryRules } from '../store/history.ts';
import type { ShardRules, ShardStore } from '../store/store.ts';
import { cases, needing } from './case.ts';
import { ALL, message } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import type { World } from './world.ts';

const RULES: HistoryRules = { channelEntries: 1_000, entries: 1_000, bytes: 1_000_000, keepMs: 60_000 };

/** History that drops its oldest entries. */
export const historyLimitCases = cases('history', {
  'the newest entries of a channel are kept': async (world) => {
    const shard = await opened(world, { channelEntries: 2 });
    for (const payload of ['1', '2', '3']) await store(shard, 'a', payload);
    await store(shard, 'b', '4');
    equal([await payloads(shard, 'a'), await payloads(shard, 'b')], [['2', '3'], ['4']], 'the payloads');
    equal(await shard.history.count(['a'], [ALL]), [2], 'the number');
  },

  'the newest entries of all channels are kept': async (world) => {
    const shard = await opened(world, { entries: 3 });
    for (const [channel, payload] of ['a1', 'b2', 'a3', 'b4'])
      await store(shard, channel ?? '', payload ?? '');
    equal([await payloads(shard, 'a'), await payloads(shard, 'b')], [['3'], ['2', '4']], 'the payloads');
  },

  'no more characters are kept than allowed': async (world) => {
    const shard = await opened(world, { bytes: 100 });
    for (let index = 0; index < 10; index++) await store(shard, 'a', `"${index}${'x'.repeat(37)}"`);
    const kept = await payloads(shard, 'a');
    isTrue(kept.length === 1 || kept.length === 2, `one or two entries of 40 characters, got ${kept.length}`);
    isTrue(kept.at(-1)?.startsWith('"9') === true, 'the newest entry to be kept');
    await store(shard, 'a', `"${'x'.repeat(200)}"`);
    equal(await payloads(shard, 'a'), [], 'the payloads after one that is too long');
  },

  'without rules, and with rules of nothing, nothing is kept': async (world) => {
    const { history: _, ...rest } = world.rules();
    const engine = await world.engine();
    const none: (ShardRules | undefined)[] = [
      rest,
      { ...rest, history: { ...RULES, keepMs: 0 } },
      { ...rest, history: { ...RULES, channelEntries: 0 } },
      { ...rest, history: { ...RULES, entries: 0 } },
    ];
    for (const rules of none) {
      const shard = engine.shard(world.key(), rules ?? rest);
      await store(shard, 'a', '1');
      equal([await payloads(shard, 'a'), await shard.history.count(['a'], [ALL])], [[], [0]], 'what is kept');
    }
  },

  'an entry may ask not to be kept at all': async (world) => {
    const shard = await opened(world);
    await store(shard, 'a', '1', 0);
    equal(await payloads(shard, 'a'), [], 'the payloads');
  },

  'entries are kept for their own time, or for that of the rules': needing('advance', async (world) => {
    const shard = await opened(world);
    await store(shard, 'a', '1');
    await store(shard, 'a', '2', 20_000);
    await store(shard, 'a', '3', 90_000);
    await world.advance(19_000);
    equal(await payloads(shard, 'a'), ['1', '2', '3'], 'the payloads after 19 seconds');
    await world.advance(2_000);
    equal(await payloads(shard, 'a'), ['1', '3'], 'the payloads after 21 seconds');
    await world.advance(40_000);
    equal(await payloads(shard, 'a'), ['3'], 'the payloads after 61 seconds');
    equal(await shard.history.count(['a'], [ALL]), [1], 'the number after 61 seconds');
    await world.advance(30_000);
    equal(await shard.history.count(['a'], [ALL]), [0], 'the number after 91 seconds');
  }),

  'what is deleted or expired takes no room': needing('advance', async (world) => {
    const shard = await opened(world, { entries: 4 });
    for (let round = 0; round < 20; round++) {
      await store(shard, 'a', '1');
      await store(shard, 'b', '1', 1_000);
      await world.advance(1_000);
      await shard.history.remove('a', ALL);
      await shard.history.read(['a', 'b'], ALL);
    }
    for (const payload of ['1', '2', '3', '4']) await store(shard, 'a', payload);
    equal(await payloads(shard, 'a'), ['1', '2', '3', '4'], 'the payloads');
  }),
});

function opened(world: World, rules: Partial<HistoryRules> = {}): Promise<ShardStore> {
  return world.shard({ history: { ...RULES, ...rules } });
}

async function store(shard: ShardStore, ...[channel, payload, keepMs]: Storing): Promise<void> {
  await shard.log.append([message(channel, payload, { history: { keepMs } })]);
}

type Storing = readonly [channel: string, payload: string, keepMs?: number];

async function payloads({ history }: ShardStore, channel: string): Promise<readonly string[]> {
  return ((await history.read([channel], ALL)).get(channel) ?? []).map(({ payload }) => payload);
}
