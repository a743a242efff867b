import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { Shard } from '../shard.ts';
import type { GroupMember } from '../store/groups.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import { type Label, Subscription } from '../window/subscription.ts';
import type { Names } from './read.ts';

type Members = ReadonlyMap<string, readonly GroupMember[]>;

const NO_MEMBERS: Members = new Map();

/** The names of a request with the channels of its groups, at one moment. */
export interface ResolvedNames {
  readonly subscription: Subscription;
  /** The channels on which the user is present, by the name in the request: the channel itself, or a group. */
  readonly present: ReadonlyMap<string, readonly string[]>;
}

/** Looks up the channels of the groups (docs/reference/protocol.md, "Presence and groups"). */
export async function resolveNames(shard: Shard, { channels, groups }: Names): Promise<ResolvedNames> {
  const groupsAt = shard.window.groupsChangedAt;
  const names = [...new Set(groups.map(withoutPresence))];
  // In the turn of `groupsAt`: the members that are kept at hand are those of the log's position in this turn.
  const members = names.length > 0 ? await shard.groups.members(names) : NO_MEMBERS;
  const labels = new Map<string, Label[]>();
  const add = (name: string, label: Label) => {
    const known = labels.get(name);
    if (known) known.push(label);
    else labels.set(name, [label]);
  };
  for (const channel of channels) add(channel, { json: JSON.stringify(channel), since: ZERO_STAMP });
  for (const group of groups) {
    const isPresence = isPresenceName(group);
    const json = JSON.stringify(group);
    for (const { channel, since } of members.get(withoutPresence(group)) ?? [])
      add(isPresence ? presenceNameOf(channel) : channel, { json, since, isGroup: true });
  }
  return {
    subscription: new Subscription(labels, names, groupsAt),
    present: presentBy({ channels, groups }, members),
  };
}

// On presence channels nobody is present.
function presentBy({ channels, groups }: Names, members: Members): ReadonlyMap<string, readonly string[]> {
  const isPlain = (name: string) => !isPresenceName(name);
  const present = new Map<string, string[]>();
  for (const channel of channels.filter(isPlain)) present.set(channel, [channel]);
  for (const group of groups.filter(isPlain)) {
    const joined = (members.get(group) ?? []).map(({ channel }) => channel).filter(isPlain);
    present.set(group, [...(present.get(group) ?? []), ...joined]);
  }
  return present;
}

/**
 * The channels of a request about presence that no poll waits for. Its groups are those of the store now: they may have
 * been changed through another origin a moment ago.
 */
export async function channelsNow(shard: Shard, { channels, groups }: Names): Promise<readonly string[]> {
  const members = groups.length > 0 ? await shard.caches.groups.current(groups) : NO_MEMBERS;
  return presentOn({ present: presentBy({ channels, groups }, members) });
}

/** The channels on which the user is present. */
export function presentOn({ present }: Pick<ResolvedNames, 'present'>): readonly string[] {
  return [...new Set([...present.values()].flat())];
}
