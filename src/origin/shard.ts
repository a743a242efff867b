import type { Clock } from '../protocol/clock.ts';
import { balancerRefusal } from './http/answer.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { PresenceTracker } from './presence/tracker.ts';
import type { AccessStore } from './store/access.ts';
import type { ActionStore } from './store/actions.ts';
import type { FileStore } from './store/files.ts';
import type { GroupStore } from './store/groups.ts';
import type { HistoryRules, HistoryStore } from './store/history.ts';
import type { ShardLog } from './store/log.ts';
import type { ObjectStore } from './store/objects.ts';
import type { PushStore } from './store/push.ts';
import type { Stamp } from './store/stamp.ts';
import type { Engine, PresenceStore, ShardRules } from './store/store.ts';
import { Window } from './window/window.ts';

const MS_PER_HOUR = 3_600_000;
const MAX_ADOPTED = 1_000;

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
}

/** The shards in use. Each is opened once. */
export class Shards {
  readonly #options: ShardOptions;
  readonly #shards = new Map<string, Promise<Shard>>();
  #closed = false;

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** The shard of a subscribe key. Throws a `Refusal` if there are too many, or after `close`. */
  async get(subscribeKey: string): Promise<Shard> {
    const known = this.#shards.get(subscribeKey);
    if (known) return known;
    if (this.#closed || this.#shards.size >= this.#options.limits.subscribeKeys) {
      throw balancerRefusal(503, 'Service Unavailable');
    }
    const opening = openShard(subscribeKey, this.#options);
    this.#shards.set(subscribeKey, opening);
    // The next request may find the store available again.
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

/**
 * The newest cursors that were given to clients with a cursor of another log. Some clients go on with the new timetoken
 * and the old region: without this list each of their polls would report the same loss.
 */
export class AdoptedCursors {
  readonly #cursors = new Set<Stamp>();

  has(cursor: Stamp): boolean {
    return this.#cursors.has(cursor);
  }

  add(cursor: Stamp): void {
    this.#cursors.add(cursor);
    if (this.#cursors.size <= MAX_ADOPTED) return;
    const [oldest] = this.#cursors;
    if (oldest !== undefined) this.#cursors.delete(oldest);
  }
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

// Opens the stores of one subscribe key and follows its log. Rejects when the engine does.
async function openShard(subscribeKey: string, options: ShardOptions): Promise<Shard> {
  const { engine, clock, limits, logger } = options;
  const stores = engine.shard(subscribeKey, rulesOf(limits));
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
    checks: !engine.exactTail,
    envelopeStart: (tt) => `{"a":"1","f":0,"p":{"t":"${tt}","r":${epoch}},"k":${key},`,
    onFailure,
  });
  const presenceTracker = new PresenceTracker({ log, presence, clock, limits, onFailure });
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

function rulesOf(limits: OriginLimits): ShardRules {
  return {
    announceMax: limits.announceMax,
    leaseMs: limits.presenceSeconds * 1000,
    groups: { channels: limits.groupChannels, groups: limits.groups },
    history: historyRules(limits),
    access: { grants: limits.grants, revokedTokens: limits.revokedTokens },
    actions: {
      messageActions: limits.messageActions,
      actions: limits.actions,
      bytes: limits.actionsBytes,
    },
    files: { files: limits.files, bytes: limits.filesBytes, uploads: limits.uploads },
    push: { devices: limits.pushDevices, channels: limits.pushChannels },
    objects: {
      objects: limits.objects,
      memberships: limits.memberships,
      characters: limits.objectsBytes,
    },
  };
}

function historyRules(limits: OriginLimits): HistoryRules {
  const { historyQueue, historyEntries, historyBytes, historyHours } = limits;
  return {
    channelEntries: historyQueue,
    entries: historyEntries,
    bytes: historyBytes,
    keepMs: historyHours * MS_PER_HOUR,
  };
}
