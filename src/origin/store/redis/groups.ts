import type { GroupExcess, GroupMember, GroupStore } from '../groups.ts';
import type { Page } from '../page.ts';
import type { Calls } from './calls.ts';
import { listOf, textOf, textsOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

/** The channel groups of one subscribe key, in Redis. */
export class RedisGroups implements GroupStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async list({ after = '', limit }: Page): Promise<readonly string[]> {
    return textsOf(await this.#calls.read('groups.list', [limit, after]));
  }

  async members(groups: readonly string[]): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
    const found = listOf(await this.#calls.read('groups.members', groups));
    return new Map(groups.map((group, index) => [group, membersIn(textsOf(found[index]))]));
  }

  async change(
    group: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<GroupExcess | undefined> {
    const args = [...this.#rules.texts.groups, group, add.length, ...add, ...remove];
    const excess = textOf(await this.#calls.call('groups.change', args));
    return excess === 'channels' || excess === 'groups' ? excess : undefined;
  }

  async delete(group: string): Promise<void> {
    await this.#calls.call('groups.delete', [group]);
  }
}

// Channels and stamps in turns.
function membersIn(texts: readonly string[]): readonly GroupMember[] {
  const members: GroupMember[] = [];
  for (let index = 0; index < texts.length; index += 2) {
    members.push({ channel: texts[index] ?? '', since: texts[index + 1] ?? '' });
  }
  return members;
}
