import { describe, expect, onTestFinished, test } from 'vitest';
import { RedisEngine, type RedisStoreOptions } from '../../../../src/origin/store/redis/engine.ts';
import { type RedisSentinels, startSentinels } from '../../../support/redis-groups.ts';
import { contentsOf, publishOn, ROOMY, read } from '../../../support/redis-load.ts';
import { startRedis, until } from '../../../support/redis-server.ts';

const isThere = await startRedis({ program: 'redis-sentinel' });
await isThere?.stop();

const LATE_MS = -600_000;

describe.skipIf(!isThere)('a primary that Sentinels watch', () => {
  test('is followed by a replica when it is killed, in another log above the one before', async () => {
    const group = await started();
    // The clocks of the replicas are ten minutes behind.
    const timeOffset = (server: string) => (server === group.primary.name ? 0 : LATE_MS);
    const [one, two] = [opened(group, { timeOffset }), opened(group, { timeOffset })];
    const readers = [await read(one), await read(two)];
    const load = publishOn([one, two]);
    await until(() => load.acknowledged.size > 200, '200 messages');
    await group.primary.signal('SIGKILL');
    const before = load.acknowledged.size;
    await until(() => readers.every(({ resets }) => resets === 1), 'another log at both engines');
    await until(() => readers.every(({ follower }) => follower.isCurrent), 'its beginning at both engines');
    const both = load.acknowledged.size;
    await until(() => load.acknowledged.size > both + 200, '200 messages more');
    await load.stop();
    const acknowledged = [...load.acknowledged];
    // The engine that opens the log first cannot know what the other one has seen, which raises it when it comes.
    const began = await one.began();
    expect(await two.began()).toBe(began);
    const highest = [0, 1].map((engine) => highestOf(acknowledged.slice(0, before), engine));
    expect(highest.some((stamp) => stamp !== '' && began >= stamp)).toBe(true);
    for (const [name, stamp] of acknowledged.slice(before + 8))
      expect(stamp > (highest[engineOf(name)] ?? '')).toBe(true);
    for (const [, stamp] of acknowledged.slice(both + 8))
      expect(highest.every((before) => stamp > before)).toBe(true);
    for (const { stamps: seen } of readers) expect(seen).toEqual([...new Set(seen)].toSorted());
    expect(readers.map(({ resets }) => resets)).toEqual([1, 1]);
    expect(readers[0]?.follower.epoch).toBe(readers[1]?.follower.epoch);
    process.stdout.write(
      `Sentinel, primary killed: ${Math.round(load.longestPause)} ms without acknowledgements.\n`,
    );
  });

  // All of them: Sentinel does not always choose the replica that has the most.
  test('has lost nothing that was acknowledged when all replicas had to confirm it, and the log is the same', async () => {
    const group = await started();
    const [one, two] = [
      opened(group, { durability: 'replicated', replicas: 2 }),
      opened(group, { durability: 'replicated', replicas: 2 }),
    ];
    const readers = [await read(one), await read(two)];
    const load = publishOn([one, two]);
    await until(() => load.acknowledged.size > 200, '200 messages');
    await group.primary.signal('SIGKILL');
    const before = load.acknowledged.size;
    await until(async () => (await group.current()) !== group.primary, 'another primary');
    await group.primary.start();
    await group.primary.command('REPLICAOF', '127.0.0.1', `${(await group.current())?.port}`);
    await until(() => load.acknowledged.size > before + 200, '200 messages more');
    await load.stop();
    await complete(one, load.acknowledged, readers);
    expect(readers.map(({ resets }) => resets)).toEqual([0, 0]);
    process.stdout.write(
      `Sentinel, replicated, killed: ${Math.round(load.longestPause)} ms without acknowledgements.\n`,
    );
  });

  test.each(['local', 'replicated'] as const)(
    'may freeze, and go on when a replica has taken over (%s)',
    async (durability) => {
      const group = await started();
      const options = { durability, ...(durability === 'replicated' && { replicas: 2 }) };
      const [one, two] = [opened(group, options), opened(group, options)];
      const readers = [await read(one), await read(two)];
      const load = publishOn([one, two]);
      await until(() => load.acknowledged.size > 200, '200 messages');
      await group.primary.signal('SIGSTOP');
      const frozen = performance.now();
      const before = load.acknowledged.size;
      await until(async () => (await group.current()) !== group.primary, 'another primary');
      await until(() => performance.now() - frozen > 2_500, '2.5 seconds to pass');
      await group.primary.signal('SIGCONT');
      await until(() => load.acknowledged.size > before + 200, '200 messages more');
      await load.stop();
      if (durability === 'replicated') {
        await complete(one, load.acknowledged, readers);
        expect(readers.map(({ resets }) => resets)).toEqual([0, 0]);
      } else {
        await until(() => readers.every(({ resets }) => resets === 1), 'the loss to be told');
        expect((await contentsOf(one)).size).toBeGreaterThan(0);
      }
      process.stdout.write(
        `Sentinel, ${durability}, frozen: ${Math.round(load.longestPause)} ms without acknowledgements.\n`,
      );
    },
  );
});

type Log = ReturnType<typeof opened>;

// Publishers take turns between the engines, and their numbers begin the names of messages.
function engineOf(name: string): number {
  return Number(name.split('-')[0]) % 2;
}

function highestOf(
  acknowledged: readonly (readonly [name: string, stamp: string])[],
  engine: number,
): string {
  const stamps = acknowledged.filter(([name]) => engineOf(name) === engine).map(([, stamp]) => stamp);
  return stamps.toSorted().at(-1) ?? '';
}

async function complete(
  log: Log,
  acknowledged: ReadonlyMap<string, string>,
  readers: readonly { readonly names: string[]; readonly stamps: string[] }[],
): Promise<void> {
  const contents = await contentsOf(log);
  for (const [name, stamp] of acknowledged) expect([name, contents.get(name)]).toEqual([name, stamp]);
  for (const { names, stamps } of readers) {
    await until(() => names.length >= contents.size, 'all entries to be delivered', 5_000);
    expect(names).toEqual([...contents.keys()]);
    expect(stamps).toEqual([...new Set(stamps)].toSorted());
  }
}

async function started(): Promise<RedisSentinels> {
  const group = await startSentinels();
  if (!group) throw new Error('Redis is not installed.');
  onTestFinished(() => group.stop());
  return group;
}

function opened(
  group: RedisSentinels,
  {
    timeOffset,
    ...options
  }: Partial<RedisStoreOptions> & { readonly timeOffset?: (server: string) => number },
) {
  const engine = new RedisEngine({ url: group.url, ...options }, timeOffset && { timeOffset });
  onTestFinished(() => engine.close());
  return engine.shard('demo', ROOMY).log;
}
