import type { Clock } from '../protocol/clock.ts';
import { AdoptedCursors } from './adopted-cursors.ts';
import { balancerRefusal, Refusal } from './http/answer.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { PresenceTracker } from './presence/tracker.ts';
import { SharedNames } from './routes/shared-names.ts';
import type { Soon } from './soon.ts';
import type { AccessStore } from './store/access.ts';
import type { ActionStore } from './store/actions.ts';
import { Budget } from './store/budget.ts';
import type { FileStore } from './store/files.ts';
import type { GroupStore } from './store/groups.ts';
import type { HistoryStore } from './store/history.ts';
import type { ShardLog } from './store/log.ts';
import type { ObjectStore } from './store/objects.ts';
import type { PushStore } from './store/push.ts';
import { shardRules } from './store/rules.ts';
import type { Stamp } from './store/stamp.ts';
import { type Engine, type PresenceStore, type ShardRules, ShardsFull } from './store/store.ts';
import type { NextTurn } from './turns.ts';
import { RecentReads } from './window/shared-read.ts';
import { Window } from './window/window.ts';

/** The stores and the window of one subscribe key. */
export interface Shard {
  readonly subscribeKey: string;
  /** The region in answers. */
  readonly epoch: number;
  readonly log: ShardLog;
  readonly groups: GroupStore;
  /** For reads. Changes go through `presenceTracker`. */
  readonly presence: PresenceStore;
  readonly history: HistoryStore;
  readonly access: AccessStore;
  readonly actions: ActionStore;
  readonly files: FileStore;
  readonly objects: ObjectStore;
  /** Runs changes of objects one after the other, since each reads before it writes. */
  readonly objectQueue: TaskQueue;
  readonly push: PushStore;
  readonly window: Window;
  readonly presenceTracker: PresenceTracker;
  /** The beginning of the log: entries published up to here are not in it. */
  readonly began: Stamp;
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
}

/** A shard that is open. */
interface Open {
  readonly opening: Promise<Shard>;
  /** Set once it is open. */
  shard?: Shard;
}

/**
 * The shards in use. Each is opened once, and closed again when there are too many and no request needs it, or when a
 * request has ended that only read a key without any data.
 */
export class Shards {
  /** The names that polls share. */
  readonly names = new SharedNames();
  readonly #options: ShardOptions;
  readonly #rules: ShardRules;
  readonly #recent = new RecentReads();
  // In the order of their last use.
  readonly #shards = new Map<string, Open>();
  /** The number of requests by subscribe key. */
  readonly #requests = new Map<string, { count: number }>();
  #lastUsed: Open | undefined;
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

  /** A request begins. The shard of its subscribe key stays open until `end`, if the request opens it. */
  begin(subscribeKey: string): void {
    const requests = this.#requests.get(subscribeKey);
    if (requests) requests.count++;
    else this.#requests.set(subscribeKey, { count: 1 });
  }

  /** The shard of a subscribe key: without a promise if it is open. Throws a `Refusal` if there are too many, or after `close`. */
  get(subscribeKey: string): Soon<Shard> {
    const known = this.#shards.get(subscribeKey);
    if (known) return known.shard ?? known.opening;
    if (this.#shards.size >= this.#options.limits.subscribeKeys) this.#closeIdle();
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) throw unavailable();
    const open: Open = { opening: this.#open(subscribeKey) };
    this.#shards.set(subscribeKey, open);
    return open.opening;
  }

  /** Answers all parked polls and stops all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(Array.from(this.#shards.values(), ({ opening }) => opening));
    for (const shard of opened) if (shard.status === 'fulfilled') shard.value.close();
    this.#shards.clear();
  }

  async #open(subscribeKey: string): Promise<Shard> {
    try {
      const shard = await openShard(subscribeKey, {
        ...this.#options,
        rules: this.#rules,
        names: this.names,
        recent: this.#recent,
      });
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
    const isBlank = this.#options.engine.isBlank?.(subscribeKey) && open.shard?.adoptedCursors.size === 0;
    if (isBlank) this.#closeShard(subscribeKey, open);
  }

  // The one that was used the longest ago. What it holds stays in the store.
  #closeIdle(): boolean {
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

/** Runs tasks one after the other, in the order of the calls. */
export type TaskQueue = <T>(task: () => Promise<T>) => Promise<T>;

/** A new queue. A task that fails does not stop the next. */
export function taskQueue(): TaskQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

// The parts that all shards share.
interface SharedParts {
  readonly rules: ShardRules;
  readonly names: SharedNames;
  readonly recent: RecentReads;
}

// Opens the stores of one subscribe key and follows its log. Rejects when the engine does.
async function openShard(
  subscribeKey: string,
  { engine, clock, limits, logger, nextTurn, rules, names, recent }: ShardOptions & SharedParts,
): Promise<Shard> {
  const stores = engine.shard(subscribeKey, rules);
  const { log, presence } = stores;
  const epoch = await engine.epoch();
  const began = await log.began();
  // A fence: the window starts at the log's current position, not at its last entry.
  await log.head();
  const onFailure = (error: unknown) => logger?.error?.('The store failed.', { subscribeKey, error });
  const key = JSON.stringify(subscribeKey);
  const window = await Window.open({
    log,
    clock,
    limits,
    budget: rules.budget,
    nextTurn,
    checks: !engine.exactTail,
    envelopeStart: (tt) => `{"a":"1","f":0,"p":{"t":"${tt}","r":${epoch}},"k":${key},`,
    recent,
    onUsed: (subscription) => names.used(subscription),
    onUnused: (subscription) => names.unused(subscription),
    onFailure,
  });
  const presenceTracker = await PresenceTracker.open({ log, presence, clock, limits, nextTurn, onFailure });
  const close = () => {
    window.close();
    presenceTracker.close();
  };
  return {
    ...stores,
    objectQueue: taskQueue(),
    subscribeKey,
    epoch,
    window,
    presenceTracker,
    began,
    adoptedCursors: new AdoptedCursors(),
    close,
  };
}
