import { Account, type Budget, LiveRoom } from '../budget.ts';
import type { GroupExcess, GroupMember, GroupRules, GroupStore } from '../groups.ts';
import type { Page } from '../page.ts';
import type { Stamp } from '../stamp.ts';
import type { MemoryLog } from './log.ts';
import { SortedMap } from './sorted-map.ts';

/** A group and the position from which each of its channels counts. */
interface Group {
  readonly name: string;
  readonly members: ReadonlyMap<string, Stamp>;
}

const NO_LIMITS: GroupRules = { channels: Number.POSITIVE_INFINITY, groups: Number.POSITIVE_INFINITY };

/** The channel groups of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryGroups implements GroupStore {
  readonly #log: MemoryLog;
  readonly #rules: GroupRules;
  readonly #account: Account;
  readonly #groups = new SortedMap<Group>();

  constructor(log: MemoryLog, rules: GroupRules = NO_LIMITS, budget?: Budget) {
    this.#log = log;
    this.#rules = rules;
    const limits = new LiveRoom(rules, 'members', 'bytes');
    this.#account = new Account({ limits, budget });
  }

  /** Groups and channels in them that are held. */
  get size(): number {
    return this.#groups.size + this.#account.entries;
  }

  /** Gives back all room: the groups are used no more. */
  clear(): void {
    this.#account.clear();
  }

  async list(page: Page): Promise<readonly string[]> {
    return this.#groups.page(page).map(({ name }) => name);
  }

  async members(groups: readonly string[]): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
    return new Map(groups.map((group) => [group, this.#membersOf(group)]));
  }

  async change(
    group: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<GroupExcess | undefined> {
    const known = this.#groups.get(group)?.members;
    const removed = [...new Set(remove)].filter((channel) => known?.has(channel));
    const next = new Map(known);
    for (const channel of removed) next.delete(channel);
    const added = [...new Set(add)].filter((channel) => !next.has(channel));
    if (added.length > 0 && next.size + added.length > this.#rules.channels) return 'channels';
    if (added.length > 0 && !known && this.#groups.size >= this.#rules.groups) return 'groups';
    const [entries, bytes] = [added.length - removed.length, textOf(added) - textOf(removed)];
    const nameBytes = known || added.length === 0 ? 0 : group.length;
    if (!this.#account.hasRoom(entries, bytes + nameBytes)) return 'channels';
    this.#account.add(entries, bytes + nameBytes);
    if (added.length + removed.length > 0) this.#put(group, next, added);
    return undefined;
  }

  async delete(group: string): Promise<void> {
    const members = this.#groups.get(group)?.members;
    if (!members) return;
    this.#groups.delete(group);
    this.#account.remove(members.size, textOf(members.keys()) + group.length);
    if (members.size > 0) this.#log.appendOne({ channel: group, kind: 'group', data: null });
  }

  #membersOf(group: string): readonly GroupMember[] {
    const members = this.#groups.get(group)?.members ?? [];
    return Array.from(members, ([channel, since]) => ({ channel, since }));
  }

  #put(group: string, members: Map<string, Stamp>, added: readonly string[]): void {
    this.#log.appendOne({ channel: group, kind: 'group', data: null }, (since) => {
      for (const channel of added) members.set(channel, since);
      this.#groups.set(group, { name: group, members });
    });
  }
}

function textOf(names: Iterable<string>): number {
  let characters = 0;
  for (const name of names) characters += name.length;
  return characters;
}
