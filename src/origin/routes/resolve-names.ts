import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { Shard } from '../shard.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import { type Label, Subscription } from '../window/subscription.ts';
import type { Names } from './read.ts';

/** The names of a request with the channels of its groups, at one moment. */
export interface ResolvedNames {
  readonly subscription: Subscription;
  /** The channels on which the user is present, by the name in the request: the channel itself, or a group. */
  readonly present: ReadonlyMap<string, readonly string[]>;
}

/** Looks up the channels of the groups (docs/reference/protocol.md, "Presence and groups"). */
export async function resolveNames(shard: Shard, { channels, groups }: Names): Promise<ResolvedNames> {
  const groupsAt = shard.window.groupsChangedAt;
  const labels = new Map<string, Label[]>();
  const present = new Map<string, string[]>();
  const add = (name: string, label: Label) => {
    const known = labels.get(name);
    if (known) known.push(label);
    else labels.set(name, [label]);
  };
  for (const channel of channels) {
    add(channel, { json: JSON.stringify(channel), since: ZERO_STAMP });
    if (!isPresenceName(channel)) present.set(channel, [channel]);
  }
  for (const group of groups) {
    const isPresence = isPresenceName(group);
    const members = await shard.groups.members(withoutPresence(group));
    for (const { channel, since } of members) {
      add(isPresence ? presenceNameOf(channel) : channel, { json: JSON.stringify(group), since });
    }
    if (isPresence) continue;
    const named = present.get(group) ?? [];
    const joined = members.map(({ channel }) => channel).filter((channel) => !isPresenceName(channel));
    present.set(group, [...named, ...joined]);
  }
  const names = [...new Set(groups.map(withoutPresence))];
  return { subscription: new Subscription(labels, names, groupsAt), present };
}

/** The channels on which the user is present. */
export function presentOn({ present }: ResolvedNames): readonly string[] {
  return [...new Set([...present.values()].flat())];
}
