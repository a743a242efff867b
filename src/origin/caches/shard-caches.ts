import type { Clock } from '../../protocol/clock.ts';
import type { AccessStore } from '../store/access.ts';
import type { Budget } from '../store/budget.ts';
import type { ControlEntry } from '../store/entry.ts';
import type { GroupStore } from '../store/groups.ts';
import { CachedAccess } from './cached-access.ts';
import { CachedGroups } from './cached-groups.ts';

/** The parts of the caches of a shard. */
export interface ShardCachesOptions {
  readonly clock: Clock;
  readonly limits: { readonly cacheEntries: number; readonly cacheBytes: number };
  readonly budget?: Budget | undefined;
  /** `true` for stores in this process. */
  readonly isLocal?: boolean | undefined;
}

/**
 * The stores of one shard that are asked with almost every request, behind caches. They follow the log: a change by any
 * origin ends what depends on it when its control entry comes. A change through this origin ends it at once.
 */
export class ShardCaches {
  readonly groups: CachedGroups;
  readonly access: CachedAccess;

  constructor(
    stores: { readonly groups: GroupStore; readonly access: AccessStore },
    { clock, limits, budget, isLocal }: ShardCachesOptions,
  ) {
    const options = { limits: { entries: limits.cacheEntries, bytes: limits.cacheBytes }, budget, isLocal };
    this.groups = new CachedGroups(stores.groups, options);
    this.access = new CachedAccess(stores.access, clock, options);
  }

  /** A control entry was read. */
  onControl({ kind, channel }: Pick<ControlEntry, 'kind' | 'channel'>): void {
    if (kind === 'group') this.groups.forget(channel);
    if (kind === 'access') this.access.clear();
  }

  /** The log's tail is up or down. While it is down, or after entries were lost, nothing is kept that may have changed. */
  setLive(isUp: boolean): void {
    this.groups.setLive(isUp);
    this.access.setLive(isUp);
  }

  /** The log is another one, in which changes may be missing. */
  clear(): void {
    this.groups.clear();
    this.access.clear();
  }

  /** Gives back all room, for good. */
  close(): void {
    this.setLive(false);
  }
}
