import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { Shard } from '../shard.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import { type Label, Mix } from '../window/mix.ts';
import type { Names } from './read.ts';

/** What the names of a request stand for at one moment. */
export interface Listening {
  readonly mix: Mix;
  /** Channels on which the user is present, by the name that says so: the channel itself, or a group. */
  readonly present: ReadonlyMap<string, readonly string[]>;
}

/** Looks up the channels of the groups (docs/reference/protocol.md, "Presence and groups"). */
export async function listen(shard: Shard, { channels, groups }: Names): Promise<Listening> {
  const groupsAt = shard.window.regrouped;
  const labels = new Map<string, Label[]>();
  const present = new Map<string, string[]>();
  const add = (listened: string, label: Label) => {
    const known = labels.get(listened);
    if (known) known.push(label);
    else labels.set(listened, [label]);
  };
  for (const channel of channels) {
    add(channel, { json: JSON.stringify(channel), since: ZERO_STAMP });
    if (!isPresenceName(channel)) present.set(channel, [channel]);
  }
  for (const group of groups) {
    const presence = isPresenceName(group);
    const members = await shard.groups.members(withoutPresence(group));
    for (const { channel, since } of members) {
      add(presence ? presenceNameOf(channel) : channel, { json: JSON.stringify(group), since });
    }
    if (presence) continue;
    const named = present.get(group) ?? [];
    const visited = members.map(({ channel }) => channel).filter((channel) => !isPresenceName(channel));
    present.set(group, [...named, ...visited]);
  }
  const names = [...new Set(groups.map(withoutPresence))];
  return { mix: new Mix(labels, names, groupsAt), present };
}

/** The channels on which the user is present. */
export function presentOn({ present }: Listening): readonly string[] {
  return [...new Set([...present.values()].flat())];
}
