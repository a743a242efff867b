import { RedisEngine, type RedisStoreOptions } from './store/redis/engine.ts';
import type { Engine } from './store/store.ts';

export type { RedisStoreOptions } from './store/redis/engine.ts';

/**
 * Keeps the data of origins in Redis 7 or Valkey, which any number of them share (docs/how-to/share-a-store-over-redis.md).
 * Needs the package `redis`. Connects with the first call. Calls reject with `StoreUnavailable` while Redis is away, and
 * with an error named `RedisStoreError` when that does not pass by itself, as with a wrong password. Throws a `TypeError` for a URL or a
 * durability that it does not know, and a `RangeError` for fewer replicas than one. Whoever made it closes it.
 *
 * @example
 * ```ts
 * const store = redisStore({ url: 'redis://localhost:6379' });
 * const origin = createOrigin({ store });
 * ```
 */
export function redisStore(options: RedisStoreOptions): Engine {
  return new RedisEngine(options);
}
