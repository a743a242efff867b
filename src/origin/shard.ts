import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { AdoptedCursors } from './adopted-cursors.ts';
import { ShardCaches } from './caches/shard-caches.ts';
import { balancerRefusal, Refusal } from './http/answer.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { PresenceTracker } from './presence/tracker.ts';
import type { AccessStore } from './store/access.ts';
import type { ActionStore } from './store/actions.ts';
import { Budget } from './store/budget.ts';
import { withDeadline } from './store/deadline.ts';
import type { FileStore } from './store/files.ts';
import type { GroupStore } from './store/groups.ts';
import type { HistoryStore } from './store/history.ts';
import type { ShardLog } from './store/log.ts';
import type { ObjectStore } from './store/objects.ts';
import type { PresenceStore } from './store/presence.ts';
import type { PushStore } from './store/push.ts';
import { shardRules } from './store/rules.ts';
import { type Engine, type ShardRules, ShardsFull } from './store/store.ts';
import type { NextTurn } from './turns.ts';
import { Window } from './window/window.ts';

/** The stores and the window of one subscribe key. */
export interface Shard {
  readonly subscribeKey: string;
  readonly log: ShardLog;
  readonly groups: GroupStore;
  /** For reads. Changes go through `presenceTracker`. */
  readonly presence: PresenceStore;
  readonly history: HistoryStore;
  readonly access: AccessStore;
  readonly actions: ActionStore;
  readonly files: FileStore;
  readonly objects: ObjectStore;
  /** Lets changes of one object through this origin follow each other, since each reads before it writes. */
  readonly objectTurns: KeyedQueue;
  readonly push: PushStore;
  readonly window: Window;
  /** The caches that `groups` and `access` are. */
  readonly caches: ShardCaches;
  readonly presenceTracker: PresenceTracker;
  /** Cursors of this log that were given to clients with a cursor of another log. */
  readonly adoptedCursors: AdoptedCursors;
  close(): void;
}

/** The parts of a shard. */
export interface ShardOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly logger: Logger | undefined;
  readonly nextTurn: NextTurn;
  /** `true` if other origins may use the engine too. */
  readonly isShared: boolean;
}

/** A shard that is open. */
interface Open {
  readonly opening: Promise<Shard>;
  /** Set once it is open. */
  shard?: Shard;
  /** The end of its last request, in milliseconds since the Unix epoch. */
  idleSince?: number;
}

/**
 * The shards in use. Each is opened once, and closed again when no request has needed it for a while, when there are too
 * many, or when a request has ended that only read a key without any data.
 */
export class Shards {
  readonly #options: ShardOptions;
  readonly #rules: ShardRules;
  // In the order of their last use.
  readonly #shards = new Map<string, Open>();
  /** Requests by subscribe key. */
  readonly #requests = new Map<string, number>();
  #idleTimer: TimerHandle | undefined;
  #closed = false;

  constructor(options: ShardOptions) {
    this.#options = options;
    const { processEntries: entries, processBytes: bytes } = options.limits;
    this.#rules = shardRules(options.limits, new Budget({ entries, bytes }));
  }

  /** The subscribe keys whose shards are open. */
  get size(): number {
    return this.#shards.size;
  }

  /** Runs a request. The shard of its subscribe key stays open meanwhile, if the request opens it. */
  async during<T>(subscribeKey: string, request: () => Promise<T>): Promise<T> {
    this.#requests.set(subscribeKey, (this.#requests.get(subscribeKey) ?? 0) + 1);
    try {
      return await request();
    } finally {
      this.#end(subscribeKey);
    }
  }

  /** The shard of a subscribe key. Throws a `Refusal` if there are too many, or after `close`. */
  async get(subscribeKey: string): Promise<Shard> {
    const known = this.#shards.get(subscribeKey);
    if (known) return known.opening;
    if (this.#shards.size >= this.#options.limits.subscribeKeys) this.#closeIdle();
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) throw unavailable();
    const open: Open = { opening: this.#open(subscribeKey) };
    this.#shards.set(subscribeKey, open);
    return open.opening;
  }

  /** Answers all parked polls and stops all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#idleTimer !== undefined) this.#options.clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    const opened = await Promise.allSettled(Array.from(this.#shards.values(), ({ opening }) => opening));
    for (const shard of opened) if (shard.status === 'fulfilled') shard.value.close();
    this.#shards.clear();
  }

  async #open(subscribeKey: string): Promise<Shard> {
    try {
      const shard = await openShard(subscribeKey, { ...this.#options, rules: this.#rules });
      const open = this.#shards.get(subscribeKey);
      if (open) open.shard = shard;
      return shard;
    } catch (error) {
      // The next request may find the store available again.
      this.#shards.delete(subscribeKey);
      if (error instanceof ShardsFull) {
        // What the store keeps is not to be forgotten: of the others one more may be.
        if (!this.#closeIdle()) throw unavailable(error);
        const open: Open = { opening: this.#open(subscribeKey) };
        this.#shards.set(subscribeKey, open);
        return open.opening;
      }
      this.#options.engine.release?.(subscribeKey);
      throw error;
    }
  }

  #end(subscribeKey: string): void {
    const left = (this.#requests.get(subscribeKey) ?? 1) - 1;
    if (left > 0) return void this.#requests.set(subscribeKey, left);
    this.#requests.delete(subscribeKey);
    const open = this.#shards.get(subscribeKey);
    if (!open) return;
    this.#shards.delete(subscribeKey);
    this.#shards.set(subscribeKey, open);
    open.idleSince = this.#options.clock.now();
    const isBlank = this.#options.engine.isBlank?.(subscribeKey) && open.shard?.adoptedCursors.size === 0;
    if (isBlank) this.#closeShard(subscribeKey, open);
    else this.#closeLater(this.#idleMs);
  }

  get #idleMs(): number {
    return this.#options.limits.idleSeconds * 1000;
  }

  #closeLater(milliseconds: number): void {
    if (this.#closed) return;
    this.#idleTimer ??= this.#options.clock.setTimeout(() => this.#closeUnused(), milliseconds);
  }

  // Shards with requests come later again, when these end.
  #closeUnused(): void {
    this.#idleTimer = undefined;
    const now = this.#options.clock.now();
    for (const [subscribeKey, open] of [...this.#shards]) {
      if (this.#requests.has(subscribeKey) || !open.shard) continue;
      const left = (open.idleSince ?? now) + this.#idleMs - now;
      if (left > 0) {
        this.#closeLater(left);
        return;
      }
      this.#closeShard(subscribeKey, open);
    }
  }

  // The one that was used the longest ago. What it holds stays in the store.
  #closeIdle(): boolean {
    for (const [subscribeKey, open] of this.#shards) {
      if (!open.shard || this.#requests.has(subscribeKey)) continue;
      this.#closeShard(subscribeKey, open);
      return true;
    }
    return false;
  }

  #closeShard(subscribeKey: string, { shard }: Open): void {
    this.#shards.delete(subscribeKey);
    shard?.close();
    this.#options.engine.release?.(subscribeKey);
  }
}

function unavailable(cause?: unknown): Refusal {
  return new Refusal(balancerRefusal(503, 'Service Unavailable').answer, { cause });
}

// Opens the stores of one subscribe key and follows its log. Rejects when the engine does.
async function openShard(
  subscribeKey: string,
  { engine, clock, limits, logger, nextTurn, isShared, rules }: ShardOptions & { readonly rules: ShardRules },
): Promise<Shard> {
  const store = engine.shard(subscribeKey, rules);
  const deadline = { clock, milliseconds: limits.storeSeconds * 1000 };
  const stores = engine.isLocal ? store : withDeadline(store, deadline);
  const { log, presence } = stores;
  const onFailure = (error: unknown) => logger?.error?.('The store failed.', { subscribeKey, error });
  const caches = new ShardCaches(stores, { clock, limits, budget: rules.budget });
  let tracker: PresenceTracker | undefined;
  const window = await Window.open({
    subscribeKey,
    log,
    clock,
    limits,
    budget: rules.budget,
    nextTurn,
    checks: !engine.isLocal,
    onControl: (entry) => {
      if (entry.kind === 'leave') tracker?.left(entry.channel, entry.data);
      else caches.onControl(entry);
    },
    onReset: () => caches.clear(),
    onLive: (isUp) => caches.setLive(isUp),
    onFailure,
  });
  const parts = { presence, clock, limits, nextTurn, isShared, onFailure };
  const presenceTracker = await PresenceTracker.open({ ...parts, isLocal: engine.isLocal }).catch(
    (error: unknown) => {
      window.close();
      throw error;
    },
  );
  tracker = presenceTracker;
  const close = () => {
    window.close();
    presenceTracker.close();
    caches.close();
  };
  return {
    ...stores,
    groups: caches.groups,
    access: caches.access,
    caches,
    objectTurns: new KeyedQueue(),
    subscribeKey,
    window,
    presenceTracker,
    adoptedCursors: new AdoptedCursors(),
    close,
  };
}
