import { onTestFinished } from 'vitest';
import {
  RedisEngine,
  type RedisEngineSurroundings,
  type RedisStoreOptions,
} from '../../src/origin/store/redis/engine.ts';
import type { ShardStore } from '../../src/origin/store/store.ts';
import { ROOMY } from './redis-load.ts';
import { startRedis } from './redis-server.ts';

/** Opens a store for one test. */
export function openedStore(options: RedisStoreOptions, surroundings?: RedisEngineSurroundings): RedisEngine {
  const engine = new RedisEngine(options, surroundings);
  onTestFinished(() => engine.close());
  return engine;
}

/** Opens the data of one subscribe key for one test. */
export function openedShard(options: RedisStoreOptions, surroundings?: RedisEngineSurroundings): ShardStore {
  return openedStore(options, surroundings).shard('demo', ROOMY);
}

/** What a helper has started, for one test. Where Redis is not installed, such a test is skipped before. */
export async function forTest<Started extends { stop(): Promise<void> }>(
  starting: Promise<Started | undefined>,
): Promise<Started> {
  const started = await starting;
  if (!started) throw new Error('Redis is not installed.');
  onTestFinished(() => started.stop());
  return started;
}

/** `true` where Redis is installed. */
export async function hasRedis(): Promise<boolean> {
  const [server, sentinel] = await Promise.all([
    startRedis(),
    startRedis({ program: 'redis-sentinel', config: () => '' }),
  ]);
  await Promise.all([server?.stop(), sentinel?.stop()]);
  return server !== undefined && sentinel !== undefined;
}
