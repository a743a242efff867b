import type { Clock } from '../../../protocol/clock.ts';
import { ANYTHING, checkOptions, type Kinds, oneOf, whole } from '../../checks.ts';
import { systemClock, systemRandom } from '../../system.ts';
import { type Engine, type ShardRules, type ShardStore, ShardsFull } from '../store.ts';
import { cluster } from './cluster.ts';
import { type Connect, connecting } from './connection.ts';
import { ping } from './ping.ts';
import { type Durability, keyOf } from './route.ts';
import { RedisRules } from './rules.ts';
import { sentinel } from './sentinel.ts';
import { Servers } from './servers.ts';
import { type OpenShard, openShard } from './shard.ts';
import { standalone, type Topology } from './topology.ts';
import { type Place, placeOf } from './url.ts';

/** The options of a store over Redis. */
export interface RedisStoreOptions {
  /** The URL of the server, of the Sentinels that watch it, or of nodes of a cluster. */
  readonly url: string | readonly string[];
  /** When a change counts as done. Default `local`. */
  readonly durability?: Durability;
  /** The replicas that have to have a change, with `replicated`. Default 1. */
  readonly replicas?: number;
}

const OPTIONS: Kinds<RedisStoreOptions> = Object.freeze({
  // Read with what is in it.
  url: ANYTHING,
  durability: oneOf(['local', 'replicated']),
  replicas: whole(1),
});

/** What an engine takes from its surroundings. */
export interface RedisEngineSurroundings {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Uniform numbers in [0, 1). Default: the machine's. */
  readonly random?: () => number;
  /** Milliseconds by which the time of a server (`host:port`) is moved. For tests. */
  readonly timeOffset?: (server: string) => number;
}

interface Held {
  readonly shard: OpenShard;
  readonly rules: RedisRules;
  users: number;
}

/** Keeps the data of an origin in Redis, where other origins find it too. */
export class RedisEngine implements Engine {
  readonly isLocal = false;
  readonly #servers: Servers;
  readonly #database: number;
  readonly #durability: Durability;
  readonly #surroundings: Required<RedisEngineSurroundings>;
  readonly #shards = new Map<string, Held>();

  constructor(options: RedisStoreOptions, surroundings: RedisEngineSurroundings = {}) {
    checkOptions('redisStore()', options, OPTIONS);
    const { url, durability = 'local', replicas = 1 } = options;
    const { clock = systemClock, random = systemRandom, timeOffset = () => 0 } = surroundings;
    const place = placeOf(url);
    this.#surroundings = { clock, random, timeOffset };
    this.#database = place.access.database ?? 0;
    const connect = connecting(clock);
    this.#durability = durability;
    this.#servers = new Servers({
      topology: topologyOf(place, connect),
      connect,
      access: place.access,
      replicas: durability === 'replicated' ? replicas : 0,
    });
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const held = this.#shards.get(subscribeKey) ?? this.#open(subscribeKey, rules);
    held.rules.replace(rules);
    held.users++;
    return held.shard.store;
  }

  /** Forgets how a shard that nobody uses is reached: its data stays in Redis. */
  release(subscribeKey: string): void {
    const held = this.#shards.get(subscribeKey);
    if (!held || --held.users > 0) return;
    this.#shards.delete(subscribeKey);
    held.shard.close();
  }

  async ping(): Promise<void> {
    const [subscribeKey] = this.#shards.keys();
    await ping(this.#servers, subscribeKey === undefined ? undefined : keyOf(subscribeKey));
  }

  async close(): Promise<void> {
    for (const { shard } of this.#shards.values()) shard.close();
    this.#shards.clear();
    await this.#servers.close();
  }

  #open(subscribeKey: string, rules: ShardRules): Held {
    if (this.#shards.size >= (rules.shards ?? Number.POSITIVE_INFINITY)) throw new ShardsFull();
    const live = new RedisRules(rules);
    const shard = openShard({
      ...this.#surroundings,
      subscribeKey,
      servers: this.#servers,
      database: this.#database,
      durability: this.#durability,
      rules: live,
    });
    const held = { shard, rules: live, users: 0 };
    this.#shards.set(subscribeKey, held);
    return held;
  }
}

function topologyOf(place: Place, connect: Connect): Topology {
  if (place.form === 'standalone') return standalone(place.address);
  if (place.form === 'cluster') return cluster(place, connect);
  return sentinel(place, connect);
}
