import { balancerRefusal } from './http/refusals.ts';
import { openShard, type Shard, type ShardOptions } from './shard.ts';

/** The shards in use, each opened once. */
export class Shards {
  readonly #options: ShardOptions;
  readonly #shards = new Map<string, Promise<Shard>>();
  #closed = false;

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** The shard of a subscribe key. Throws a `Refusal` when there are too many or all are closed. */
  async get(subscribeKey: string): Promise<Shard> {
    const known = this.#shards.get(subscribeKey);
    if (known) return known;
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) {
      throw balancerRefusal(503, 'Service Unavailable');
    }
    const opening = openShard(subscribeKey, this.#options);
    this.#shards.set(subscribeKey, opening);
    // A store that was down may be up again for the next request.
    opening.catch(() => this.#shards.delete(subscribeKey));
    return opening;
  }

  /** Answers all parked polls and stops all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#shards.values());
    for (const shard of opened) if (shard.status === 'fulfilled') shard.value.close();
    this.#shards.clear();
  }
}
