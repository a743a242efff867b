import type { Clock } from '../protocol/clock.ts';
import { AdoptedCursors } from './adopted-cursors.ts';
import { ShardCaches } from './caches/shard-caches.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { PresenceTracker } from './presence/tracker.ts';
import { withDeadline } from './store/deadline.ts';
import type { ControlEntry } from './store/entry.ts';
import type { Engine, ShardRules, ShardStore } from './store/store.ts';
import type { NextTurn } from './turns.ts';
import type { SharedNames } from './window/shared-names.ts';
import type { RecentReads } from './window/shared-read.ts';
import { Window } from './window/window.ts';

/** The stores and the window of one subscribe key. `presence` is for reads: changes go through `presenceTracker`. */
export interface Shard extends ShardStore {
  readonly subscribeKey: string;
  /** Lets changes of one object through this origin follow each other, since each reads before it writes. */
  readonly objectTurns: KeyedQueue;
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

/** The parts that all shards of an origin share. */
export interface SharedParts {
  readonly rules: ShardRules;
  /** The names that polls share. */
  readonly names: SharedNames;
  readonly recent: RecentReads;
  /** `true` while there are requests for a subscribe key. */
  isUsed(subscribeKey: string): boolean;
}

/** Opens the stores of one subscribe key and follows its log. Rejects when the engine does; then nothing is left open. */
export async function openShard(subscribeKey: string, options: ShardOptions & SharedParts): Promise<Shard> {
  const { engine, clock, limits, logger, nextTurn, isShared, rules } = options;
  const stores = storesOf(subscribeKey, options);
  const onFailure = (error: unknown) => logger?.error?.('The store failed.', { subscribeKey, error });
  const caches = new ShardCaches(stores, {
    ...{ clock, limits, budget: rules.budget },
    isLocal: engine.isLocal,
  });
  const { presence } = stores;
  const presenceTracker = new PresenceTracker({
    ...{ presence, clock, limits, nextTurn, isShared, onFailure },
    isLocal: engine.isLocal,
    isUsed: () => options.isUsed(subscribeKey),
  });
  const window = await Window.open({
    ...{ subscribeKey, clock, limits, nextTurn, onFailure },
    log: stores.log,
    budget: rules.budget,
    checks: !engine.isLocal,
    ...followers({ caches, presenceTracker }),
    ...sharing(options),
  });
  await presenceTracker.start();
  const close = () => {
    window.close();
    presenceTracker.close();
    caches.close();
  };
  return {
    ...stores,
    ...{ subscribeKey, window, presenceTracker, caches, close },
    groups: caches.groups,
    access: caches.access,
    objectTurns: new KeyedQueue(),
    adoptedCursors: new AdoptedCursors(),
  };
}

function storesOf(subscribeKey: string, { engine, rules, clock, limits }: ShardOptions & SharedParts) {
  const stores = engine.shard(subscribeKey, rules);
  const milliseconds = limits.storeSeconds * 1000;
  return engine.isLocal ? stores : withDeadline(stores, { clock, milliseconds });
}

// What this origin knows beside the window follows the control entries of the log.
function followers({ caches, presenceTracker }: Pick<Shard, 'caches' | 'presenceTracker'>) {
  return {
    onControl: (entry: ControlEntry) => {
      if (entry.kind === 'leave') presenceTracker.left(entry.channel, { tt: entry.tt, channels: entry.data });
      else caches.onControl(entry);
    },
    onPresence: () => presenceTracker.notice(),
    onReset: () => caches.clear(),
    onLive: (isUp: boolean) => caches.setLive(isUp),
  };
}

function sharing({ names, recent }: SharedParts) {
  return {
    recent,
    onUsed: names.used.bind(names),
    onUnused: names.unused.bind(names),
  };
}
