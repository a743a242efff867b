import type { TimerHandle } from '../protocol/clock.ts';
import { balancerRefusal, Refusal } from './http/answer.ts';
import type { Keysets, Terms } from './keysets.ts';
import { letExit } from './let-exit.ts';
import { openShard, type Shard, type ShardOptions, type SharedParts, storesOf } from './shard.ts';
import type { OpenShard, Usage } from './shard-usage.ts';
import type { Soon } from './soon.ts';
import { Account, Budget, NO_LIMIT } from './store/budget.ts';
import { shardRules } from './store/rules.ts';
import { type ShardStore, ShardsFull } from './store/store.ts';
import { StoreHealth } from './store-health.ts';
import { SharedNames } from './window/shared-names.ts';
import { RecentReads } from './window/shared-read.ts';

/** The parts of all shards. */
export interface ShardsOptions extends ShardOptions {
  readonly keysets: Keysets;
}

/**
 * The shards in use. Each is opened once, and closed again when no request has needed it for a while, when there are too
 * many, or when a request has ended that only read a key without any data.
 */
export class Shards {
  /** The names that polls share. */
  readonly names = new SharedNames();
  readonly health: StoreHealth;
  /** The memory of requests that wait, with their names. */
  readonly held: Account;
  readonly #options: ShardOptions & Omit<SharedParts, 'terms'>;
  readonly #budget: Budget;
  #keysets: Keysets;
  readonly #idleMs: number;
  // In the order of their last use.
  readonly #shards = new Map<string, OpenShard>();
  /** The requests by subscribe key. */
  readonly #requests = new Map<string, Usage>();
  /** Requests that go on with a shard that was retired. */
  readonly #retired = new Set<Usage>();
  #lastUsed: OpenShard | undefined;
  #idleTimer: TimerHandle | undefined;
  #closed = false;

  constructor(options: ShardsOptions) {
    const { processEntries: entries, processBytes: bytes, idleSeconds } = options.limits;
    this.#budget = new Budget({ entries, bytes });
    this.held = new Account({ limits: NO_LIMIT, budget: this.#budget });
    this.#keysets = options.keysets;
    const rules = shardRules(options.limits, this.#budget);
    const isUsed = (subscribeKey: string) => (this.#requests.get(subscribeKey)?.count ?? 0) > 0;
    this.health = new StoreHealth(options);
    const { names, health, held } = this;
    this.#options = { ...options, rules, names, recent: new RecentReads(), health, held, isUsed };
    this.#idleMs = idleSeconds * 1000;
  }

  /** The subscribe keys whose shards are open. */
  get size(): number {
    return this.#shards.size;
  }

  /** `true` from the beginning of `close()`. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The shards that are open. */
  *opened(): Generator<Shard> {
    for (const { shard } of this.#shards.values()) if (shard) yield shard;
  }

  /** The stores of a subscribe key, to be released by the caller. Throws `ShardsFull` if there is no room for it. */
  storesOf(subscribeKey: string): ShardStore {
    const limited = this.#limited(this.#keysets.termsOf(subscribeKey));
    return storesOf(subscribeKey, { ...this.#options, ...limited });
  }

  /** A request begins. The shard of its subscribe key stays open until `end`, if the request opens it. */
  begin(subscribeKey: string): Usage {
    const known = this.#requests.get(subscribeKey);
    if (known?.count === 0) this.#shards.get(subscribeKey)?.shard?.presenceTracker.notice();
    const usage = known ?? { subscribeKey, count: 0 };
    usage.count++;
    if (!known) this.#requests.set(subscribeKey, usage);
    return usage;
  }

  /** A request has ended. */
  end(usage: Usage): void {
    if (--usage.count > 0) return;
    const { subscribeKey, retired } = usage;
    if (retired) return void this.#closeRetired(usage);
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
    const there = known?.shard ?? known?.opening;
    if (there) return there;
    if (this.#shards.size >= this.#options.limits.subscribeKeys) this.#closeOldest();
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) throw unavailable();
    return this.#begin(subscribeKey);
  }

  /**
   * Other keysets hold from now on. Where the terms of a subscribe key are others, its data is opened anew by the next
   * request; what is parked is answered, and other requests go on with what they have.
   */
  follow(keysets: Keysets): void {
    this.#keysets = keysets;
    for (const [subscribeKey, open] of [...this.#shards])
      if (keysets.termsOf(subscribeKey) !== open.terms) this.#retire(subscribeKey, open);
  }

  /** Answers all parked polls and stops all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    const before = Array.from(this.#retired, ({ retired }) => retired?.opening);
    for (const usage of [...this.#retired]) this.#closeRetired(usage);
    if (this.#idleTimer !== undefined) this.#options.clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    await Promise.allSettled([...before, ...Array.from(this.#shards.values(), ({ opening }) => opening)]);
    for (const [subscribeKey, open] of [...this.#shards]) this.#closeShard(subscribeKey, open);
  }

  #begin(subscribeKey: string): Promise<Shard> {
    const terms = this.#keysets.termsOf(subscribeKey);
    const open: OpenShard = { terms, idleSince: this.#options.clock.now() };
    this.#shards.set(subscribeKey, open);
    const opening = this.#open(subscribeKey, open);
    open.opening = opening;
    return opening;
  }

  async #open(subscribeKey: string, open: OpenShard): Promise<Shard> {
    const { terms } = open;
    try {
      const shard = await openShard(subscribeKey, { ...this.#options, ...this.#limited(terms), terms });
      open.shard = shard;
      if (open.isRetired) shard.retire();
      return shard;
    } catch (error) {
      // The next request may find the store available again.
      if (!open.isRetired) this.#shards.delete(subscribeKey);
      this.health.forget(subscribeKey);
      if (error instanceof ShardsFull && !open.isRetired) {
        // What the store keeps is not to be forgotten: of the others one more may be.
        if (!this.#closeOldest()) throw unavailable(error);
        return this.#begin(subscribeKey);
      }
      this.#options.engine.release?.(subscribeKey);
      throw error;
    }
  }

  // The limits of a subscribe key that has some of its own.
  #limited(terms: Terms | undefined) {
    if (!terms || terms.limits === this.#options.limits) return;
    return { limits: terms.limits, rules: shardRules(terms.limits, this.#budget) };
  }

  #retire(subscribeKey: string, open: OpenShard): void {
    const usage = this.#requests.get(subscribeKey) ?? { subscribeKey, count: 0 };
    this.#shards.delete(subscribeKey);
    this.#requests.delete(subscribeKey);
    this.#lastUsed = undefined;
    open.isRetired = true;
    usage.retired = open;
    this.#retired.add(usage);
    // The last of the parked polls may be the last of the requests.
    open.shard?.retire();
    if (usage.count === 0) this.#closeRetired(usage);
  }

  #closeRetired(usage: Usage): void {
    const { subscribeKey, retired } = usage;
    if (!this.#retired.delete(usage) || !retired) return;
    const close = () => {
      if (!retired.shard) return;
      retired.shard.close();
      this.#options.engine.release?.(subscribeKey);
    };
    if (retired.shard) close();
    else void retired.opening?.then(close, close);
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

  #closeShard(subscribeKey: string, { shard }: OpenShard): void {
    this.#shards.delete(subscribeKey);
    this.#requests.delete(subscribeKey);
    this.#lastUsed = undefined;
    shard?.close();
    this.health.forget(subscribeKey);
    this.#options.engine.release?.(subscribeKey);
  }
}

function unavailable(cause?: unknown): Refusal {
  return new Refusal(balancerRefusal(503, 'Service Unavailable').answer, { cause });
}
