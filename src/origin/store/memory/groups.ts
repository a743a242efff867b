import type { GroupMember, GroupStore, Stamp } from '../store.ts';
import type { MemoryLog } from './log.ts';

/** The channel groups of one shard, in memory. */
export class MemoryGroups implements GroupStore {
  readonly #log: MemoryLog;
  readonly #groups = new Map<string, Map<string, Stamp>>();

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  async members(group: string): Promise<readonly GroupMember[]> {
    return Array.from(this.#groups.get(group) ?? [], ([channel, since]) => ({ channel, since }));
  }

  async change(group: string, add: readonly string[], remove: readonly string[]): Promise<void> {
    const members = this.#groups.get(group) ?? new Map<string, Stamp>();
    const added = add.filter((channel) => !members.has(channel));
    for (const channel of remove) members.delete(channel);
    // Not announced: the position from which the new channels count must be known before anybody looks.
    const [since = ''] = this.#log.appendNow([{ channel: group, kind: 'group', body: '', deliver: false }]);
    for (const channel of added) members.set(channel, since);
    if (members.size > 0) this.#groups.set(group, members);
    else this.#groups.delete(group);
    this.#log.appendNow([{ channel: group, kind: 'group', body: '' }]);
  }
}
