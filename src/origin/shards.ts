import type { TimerHandle } from '../protocol/clock.ts';
import { balancerRefusal, Refusal } from './http/answer.ts';
import { letExit } from './let-exit.ts';
import { openShard, type Shard, type ShardOptions, type SharedParts } from './shard.ts';
import type { Soon } from './soon.ts';
import { Budget } from './store/budget.ts';
import { shardRules } from './store/rules.ts';
import { ShardsFull } from './store/store.ts';
import { SharedNames } from './window/shared-names.ts';
import { RecentReads } from './window/shared-read.ts';

/** A shard that is open. */
interface Open {
  readonly opening: Promise<Shard>;
  /** Set once it is open. */
  shard?: Shard;
  /** The end of its last request, in milliseconds since the Unix epoch. */
  idleSince: number;
}

/**
 * The shards in use. Each is opened once, and closed again when no request has needed it for a while, when there are too
 * many, or when a request has ended that only read a key without any data.
 */
export class Shards {
  /** The names that polls share. */
  readonly names = new SharedNames();
  readonly #options: ShardOptions & SharedParts;
  readonly #idleMs: number;
  // In the order of their last use.
  readonly #shards = new Map<string, Open>();
  /** The number of requests by subscribe key. */
  readonly #requests = new Map<string, { count: number }>();
  #lastUsed: Open | undefined;
  #idleTimer: TimerHandle | undefined;
  #closed = false;

  constructor(options: ShardOptions) {
    const { processEntries: entries, processBytes: bytes, idleSeconds } = options.limits;
    const rules = shardRules(options.limits, new Budget({ entries, bytes }));
    const isUsed = (subscribeKey: string) => (this.#requests.get(subscribeKey)?.count ?? 0) > 0;
    this.#options = { ...options, rules, names: this.names, recent: new RecentReads(), isUsed };
    this.#idleMs = idleSeconds * 1000;
  }

  /** The subscribe keys whose shards are open. */
  get size(): number {
    return this.#shards.size;
  }

  /** A request begins. The shard of its subscribe key stays open until `end`, if the request opens it. */
  begin(subscribeKey: string): void {
    const requests = this.#requests.get(subscribeKey);
    if (requests?.count === 0) this.#shards.get(subscribeKey)?.shard?.presenceTracker.notice();
    if (requests) requests.count++;
    else this.#requests.set(subscribeKey, { count: 1 });
  }

  /** A request has ended. */
  end(subscribeKey: string): void {
    const requests = this.#requests.get(subscribeKey);
    if (requests && --requests.count > 0) return;
    const open = this.#shards.get(subscribeKey);
    if (!open) return void this.#requests.delete(subscribeKey);
    if (open !== this.#lastUsed) {
      this.#shards.delete(subscribeKey);
      this.#shards.set(subscribeKey, open);
      this.#lastUsed = open;
    }
    open.idleSince = this.#options.clock.now();
    const isBlank = this.#options.engine.isBlank?.(subscribeKey) && open.shard?.adoptedCursors.size === 0;
    if (isBlank) this.#closeShard(subscribeKey, open);
    else this.#closeLater(this.#idleMs);
  }

  /** The shard of a subscribe key: without a promise if it is open. Throws a `Refusal` if there are too many, or after `close`. */
  get(subscribeKey: string): Soon<Shard> {
    const known = this.#shards.get(subscribeKey);
    if (known) return known.shard ?? known.opening;
    if (this.#shards.size >= this.#options.limits.subscribeKeys) this.#closeOldest();
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) throw unavailable();
    return this.#begin(subscribeKey);
  }

  /** Answers all parked polls and stops all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#idleTimer !== undefined) this.#options.clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    await Promise.allSettled(Array.from(this.#shards.values(), ({ opening }) => opening));
    for (const [subscribeKey, open] of [...this.#shards]) this.#closeShard(subscribeKey, open);
  }

  #begin(subscribeKey: string): Promise<Shard> {
    const open: Open = { opening: this.#open(subscribeKey), idleSince: this.#options.clock.now() };
    this.#shards.set(subscribeKey, open);
    return open.opening;
  }

  async #open(subscribeKey: string): Promise<Shard> {
    try {
      const shard = await openShard(subscribeKey, this.#options);
      const open = this.#shards.get(subscribeKey);
      if (open) open.shard = shard;
      return shard;
    } catch (error) {
      // The next request may find the store available again.
      this.#shards.delete(subscribeKey);
      if (error instanceof ShardsFull) {
        // What the store keeps is not to be forgotten: of the others one more may be.
        if (!this.#closeOldest()) throw unavailable(error);
        return this.#begin(subscribeKey);
      }
      this.#options.engine.release?.(subscribeKey);
      throw error;
    }
  }

  // An engine in this process costs nothing while it is idle, and a window knows more than the log of what was dropped.
  #closeLater(milliseconds: number): void {
    if (this.#closed || this.#options.engine.isLocal || this.#idleTimer !== undefined) return;
    this.#idleTimer = this.#options.clock.setTimeout(() => this.#closeUnused(), milliseconds);
    letExit(this.#idleTimer);
  }

  // Shards with requests come later again, when these end.
  #closeUnused(): void {
    this.#idleTimer = undefined;
    const now = this.#options.clock.now();
    for (const [subscribeKey, open] of [...this.#shards]) {
      if (!open.shard || this.#requests.get(subscribeKey)?.count) continue;
      const left = open.idleSince + this.#idleMs - now;
      if (left > 0) {
        this.#closeLater(left);
        return;
      }
      if (open.shard.presenceTracker.isIdle) this.#closeShard(subscribeKey, open);
    }
    // What has leases is closed later, when they have ended.
    if (this.#shards.size > 0) this.#closeLater(this.#idleMs);
  }

  // The one that was used the longest ago. What it holds stays in the store.
  #closeOldest(): boolean {
    for (const [subscribeKey, open] of this.#shards) {
      if (!open.shard || this.#requests.get(subscribeKey)?.count) continue;
      this.#closeShard(subscribeKey, open);
      return true;
    }
    return false;
  }

  #closeShard(subscribeKey: string, { shard }: Open): void {
    this.#shards.delete(subscribeKey);
    this.#requests.delete(subscribeKey);
    this.#lastUsed = undefined;
    shard?.close();
    this.#options.engine.release?.(subscribeKey);
  }
}

function unavailable(cause?: unknown): Refusal {
  return new Refusal(balancerRefusal(503, 'Service Unavailable').answer, { cause });
}
