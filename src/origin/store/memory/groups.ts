import type { GroupExcess, GroupMember, GroupRules, GroupStore } from '../groups.ts';
import type { Stamp } from '../stamp.ts';
import type { MemoryLog } from './log.ts';

type Members = ReadonlyMap<string, Stamp>;

const NO_MEMBERS: Members = new Map();
const NO_LIMITS: GroupRules = { channels: Number.POSITIVE_INFINITY, groups: Number.POSITIVE_INFINITY };

/** The channel groups of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryGroups implements GroupStore {
  readonly #log: MemoryLog;
  readonly #rules: GroupRules;
  readonly #groups = new Map<string, Members>();

  constructor(log: MemoryLog, rules: GroupRules = NO_LIMITS) {
    this.#log = log;
    this.#rules = rules;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#groups.keys()];
  }

  async members(group: string): Promise<readonly GroupMember[]> {
    return Array.from(this.#groups.get(group) ?? [], ([channel, since]) => ({ channel, since }));
  }

  async change(
    group: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<GroupExcess | undefined> {
    const known = this.#groups.get(group);
    const removed = remove.filter((channel) => known?.has(channel));
    const next = new Map(known);
    for (const channel of removed) next.delete(channel);
    const added = [...new Set(add)].filter((channel) => !next.has(channel));
    if (added.length > 0 && next.size + added.length > this.#rules.channels) return 'channels';
    if (added.length > 0 && !known && this.#groups.size >= this.#rules.groups) return 'groups';
    if (added.length + removed.length > 0) this.#put(group, next, added);
    return undefined;
  }

  async delete(group: string): Promise<void> {
    const { size } = this.#groups.get(group) ?? NO_MEMBERS;
    this.#groups.delete(group);
    if (size > 0) this.#announce(group);
  }

  #put(group: string, members: Map<string, Stamp>, added: readonly string[]): void {
    // Not announced: the new channels need their position before a subscriber looks them up.
    const [since = ''] = this.#log.appendNow([{ channel: group, kind: 'group', body: '', deliver: false }]);
    for (const channel of added) members.set(channel, since);
    this.#groups.set(group, members);
    this.#announce(group);
  }

  #announce(group: string): void {
    this.#log.appendNow([{ channel: group, kind: 'group', body: '' }]);
  }
}
