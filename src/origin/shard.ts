import type { Clock } from '../protocol/clock.ts';
import { AdoptedCursors } from './adopted-cursors.ts';
import { ShardCaches } from './caches/shard-caches.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { Terms } from './keysets.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { LongWorks } from './long-works.ts';
import type { OriginMetrics } from './metrics/observer.ts';
import type { Left } from './presence/renewals.ts';
import { PresenceTracker } from './presence/tracker.ts';
import type { Account } from './store/budget.ts';
import { withDeadline } from './store/deadline.ts';
import type { ControlEntry } from './store/entry.ts';
import type { Engine, ShardRules, ShardStore } from './store/store.ts';
import type { StoreHealth } from './store-health.ts';
import type { NextTurn } from './turns.ts';
import type { SharedNames } from './window/shared-names.ts';
import type { RecentReads } from './window/shared-read.ts';
import type { Subscription } from './window/subscription.ts';
import { Window } from './window/window.ts';

/** The stores and the window of one subscribe key. `presence` is for reads: changes go through `presenceTracker`. */
export interface Shard extends ShardStore {
  readonly subscribeKey: string;
  /** Lets changes of one object through this origin follow each other, since each reads before it writes. */
  readonly objectTurns: KeyedQueue;
  /** For requests that collect much before they are answered. */
  readonly longWorks: LongWorks;
  readonly window: Window;
  /** The caches that `groups` and `access` are. */
  readonly caches: ShardCaches;
  readonly presenceTracker: PresenceTracker;
  /** Cursors of this log that were given to clients with a cursor of another log. */
  readonly adoptedCursors: AdoptedCursors;
  /** What holds for the subscribe key while it is open. */
  readonly terms: Terms | undefined;
  /** Answers all that is parked, and so all that comes later. Other requests may go on. */
  retire(): void;
  close(): void;
}

/** The parts of a shard. */
export interface ShardOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly logger: Logger | undefined;
  /** Absent: nobody counts. */
  readonly metrics?: OriginMetrics | undefined;
  readonly nextTurn: NextTurn;
  /** `true` if other origins may use the engine too. */
  readonly isShared: boolean;
}

/** The parts that all shards of an origin share. */
export interface SharedParts {
  readonly rules: ShardRules;
  readonly terms: Terms | undefined;
  /** The names that polls share. */
  readonly names: SharedNames;
  readonly recent: RecentReads;
  readonly health: StoreHealth;
  /** The memory of requests that wait. */
  readonly held: Account;
  /** `true` while there are requests for a subscribe key. */
  isUsed(subscribeKey: string): boolean;
}

/** Opens the stores of one subscribe key and follows its log. Rejects when the engine does; then nothing is left open. */
export async function openShard(subscribeKey: string, options: ShardOptions & SharedParts): Promise<Shard> {
  const { engine, clock, limits, metrics, health, nextTurn, isShared, rules } = options;
  const stores = storesOf(subscribeKey, options);
  const onFailure = (error: unknown) => health.failed(subscribeKey, error);
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
    ...{ subscribeKey, clock, limits, nextTurn, metrics, onFailure },
    log: stores.log,
    budget: rules.budget,
    checks: !engine.isLocal,
    ...followers({ caches, presenceTracker }),
    onLive: (isUp) => {
      caches.setLive(isUp);
      health.setLive(subscribeKey, isUp);
    },
    ...sharing(options),
  });
  await presenceTracker.start();
  const longWorks = new LongWorks(nextTurn);
  const retire = () => window.retire();
  const close = () => {
    window.close();
    presenceTracker.close();
    longWorks.close();
    caches.close();
  };
  return {
    ...stores,
    ...{ subscribeKey, terms: options.terms, window, presenceTracker, longWorks, caches, retire, close },
    groups: caches.groups,
    access: caches.access,
    objectTurns: new KeyedQueue(),
    adoptedCursors: new AdoptedCursors(),
  };
}

/** The stores of one subscribe key, whose calls end in time. */
export function storesOf(
  subscribeKey: string,
  { engine, rules, clock, limits }: ShardOptions & Pick<SharedParts, 'rules'>,
): ShardStore {
  const stores = engine.shard(subscribeKey, rules);
  const milliseconds = limits.storeSeconds * 1000;
  return engine.isLocal ? stores : withDeadline(stores, { clock, milliseconds });
}

// What this origin knows beside the window follows the control entries of the log.
function followers({ caches, presenceTracker }: Pick<Shard, 'caches' | 'presenceTracker'>) {
  return {
    onControl: (entry: ControlEntry) => {
      if (entry.kind === 'leave') presenceTracker.left(entry.channel, leftIn(entry));
      else caches.onControl(entry);
    },
    onPresence: () => presenceTracker.notice(),
    onReset: () => caches.clear(),
  };
}

function leftIn({ tt, data }: Extract<ControlEntry, { readonly kind: 'leave' }>): Left {
  return 'channels' in data ? { tt, ...data } : { tt, instance: '', channels: data };
}

// A subscription counts once in each window, however many are parked with it.
function sharing({ names, recent, held }: SharedParts) {
  return {
    recent,
    onUsed(subscription: Subscription) {
      names.used(subscription);
      held.add(0, subscription.weight);
    },
    onUnused(subscription: Subscription) {
      names.unused(subscription);
      held.remove(0, subscription.weight);
    },
  };
}
