import type { Budget, Room } from '../store/budget.ts';
import type { GroupExcess, GroupMember, GroupStore } from '../store/groups.ts';
import type { Page } from '../store/page.ts';
import { ReadCache } from './read-cache.ts';

/** The limits of a cache. */
export interface CacheOptions {
  readonly limits: Room;
  /** `true` if a change's entry of the log has come when the change is answered. */
  readonly isLocal?: boolean | undefined;
  readonly budget?: Budget | undefined;
}

/** Channel groups whose channels are read once, until the group changes. */
export class CachedGroups implements GroupStore {
  readonly #store: GroupStore;
  readonly #cache: ReadCache<readonly GroupMember[]>;
  readonly #isLocal: boolean;

  constructor(store: GroupStore, options: CacheOptions) {
    this.#store = store;
    this.#isLocal = options.isLocal ?? false;
    this.#cache = new ReadCache({ ...options, weigh });
  }

  /** The groups that are kept. */
  get kept(): number {
    return this.#cache.size;
  }

  list(page: Page): Promise<readonly string[]> {
    return this.#store.list(page);
  }

  members(groups: readonly string[]): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
    return this.#cache.get(groups, (missing) => this.#store.members(missing));
  }

  /** The channels of the groups as the store has them now: the entry of another origin's change may come later. */
  current(groups: readonly string[]): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
    return this.#store.members(groups);
  }

  async change(
    group: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<GroupExcess | undefined> {
    try {
      return await this.#store.change(group, add, remove);
    } finally {
      this.#changed(group);
    }
  }

  async delete(group: string): Promise<void> {
    try {
      await this.#store.delete(group);
    } finally {
      this.#changed(group);
    }
  }

  /** The group has changed. */
  forget(group: string): void {
    this.#cache.forget(group);
  }

  /** All groups may have changed. */
  clear(): void {
    this.#cache.clear();
  }

  // The log's entry of the change may come later, and after an error the outcome is unknown.
  #changed(group: string): void {
    if (!this.#isLocal) this.forget(group);
  }

  /** Nothing is kept while changes are not heard of. */
  setLive(isLive: boolean): void {
    this.#cache.setLive(isLive);
  }
}

// A group without channels takes room too.
function weigh(group: string, members: readonly GroupMember[]): Room {
  return {
    entries: 1 + members.length,
    bytes: members.reduce((sum, { channel }) => sum + channel.length, group.length),
  };
}
