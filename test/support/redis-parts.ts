import { MemoryEngine, type ShardRules, type ShardStore } from '../../src/origin/index.ts';
import { RedisEngine } from '../../src/origin/store/redis/engine.ts';
import type { RedisServer } from './redis-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const RULES: ShardRules = { announceMax: 1_000, leaseMs: 60_000 };

/** The data of a subscribe key in Redis, and beside it the same in memory, on clocks that go forward together. */
export interface RedisParts {
  readonly engine: RedisEngine;
  readonly redis: ShardStore;
  readonly memory: ShardStore;
  /** Another origin's view of the data in Redis. */
  elsewhere(): ShardStore;
  advance(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a subscribe key on a server. */
export function openParts({ url }: RedisServer, key: string, more: Partial<ShardRules> = {}): RedisParts {
  const clock = new VirtualClock();
  let timeOffset = 0;
  const model = new MemoryEngine({ clock, random: () => 0.5 });
  const inRedis: RedisEngine[] = [];
  const open = () => {
    const engine = new RedisEngine({ url }, { timeOffset: () => timeOffset });
    inRedis.push(engine);
    return engine;
  };
  const rules = { ...RULES, ...more };
  const engine = open();
  return {
    engine,
    redis: engine.shard(key, rules),
    memory: model.shard(key, rules),
    elsewhere: () => open().shard(key, rules),
    async advance(milliseconds) {
      timeOffset += milliseconds;
      await clock.advance(milliseconds);
    },
    async close() {
      for (const one of [...inRedis, model]) await one.close();
    },
  };
}
