import type { Page } from './page.ts';
import type { Stamp } from './stamp.ts';

/** A channel of a group, with the position of its addition. */
export interface GroupMember {
  readonly channel: string;
  readonly since: Stamp;
}

/** The limit that a change would exceed: channels of one group or of all, or groups of the subscribe key. */
export type GroupExcess = 'channels' | 'groups';

/** Channel groups. Each change is an entry of the log, so that all origins see it at the same position. */
export interface GroupStore {
  /** The groups that exist, also those that have become empty, in the order of their names. */
  list(page: Page): Promise<readonly string[]>;
  /** The channels of each of the groups; none of one that does not exist. */
  members(groups: readonly string[]): Promise<ReadonlyMap<string, readonly GroupMember[]>>;
  /**
   * Removes channels, then adds others, in one atomic step, and logs once that the group has changed if it has. Channels
   * that it has already keep their position; a group that loses its last channel stays. Resolves to the limit that would be
   * exceeded, without any change.
   */
  change(group: string, add: readonly string[], remove: readonly string[]): Promise<GroupExcess | undefined>;
  /** Deletes a group, and logs that it has changed if it had channels. */
  delete(group: string): Promise<void>;
}

/** The limits of channel groups. */
export interface GroupRules {
  /** Channels of one group. */
  readonly channels: number;
  /** Groups of one subscribe key. */
  readonly groups: number;
  /** Channels of all groups, each as often as it is in one. Absent: no limit. */
  readonly members?: number;
  /** Characters of the names of all groups and of their channels. Absent: no limit. */
  readonly bytes?: number;
}
