import { isPresenceName, isWildcard, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { Stamp } from '../store/stamp.ts';

/** One name that a client subscribed to and that leads to a listened name: the channel itself, or a group. */
export interface Label {
  /** The client's name as JSON text: the envelope's `b`. */
  readonly json: string;
  /** Nothing up to this position is delivered under the label. */
  readonly since: Stamp;
}

/** What one poll listens to: channels and wildcards, with or without the presence suffix, and their labels. */
export class Mix {
  readonly labels: ReadonlyMap<string, readonly Label[]>;
  /** Names of the groups whose changes matter. */
  readonly groups: readonly string[];
  /** Where group changes stood (`window.regrouped`) before the channels of the groups were looked up. */
  readonly groupsAt: Stamp | undefined;
  readonly hasWildcards: boolean;

  constructor(
    labels: ReadonlyMap<string, readonly Label[]>,
    groups: readonly string[] = [],
    groupsAt?: Stamp,
  ) {
    this.labels = labels;
    this.groups = groups;
    this.groupsAt = groupsAt;
    this.hasWildcards = [...labels.keys()].some(listensWide);
  }
}

/** Whether the name stands for many channels, or for the presence of many channels. */
export function listensWide(name: string): boolean {
  return isWildcard(withoutPresence(name));
}

/**
 * All wildcards that cover a channel: `a.*` and `a.b.*` for `a.b.c`. The presence channels are covered by presence
 * wildcards only: `a.*-pnpres` for `a.b-pnpres`.
 */
export function wildcardsCovering(channel: string): readonly string[] {
  const presence = isPresenceName(channel);
  const base = withoutPresence(channel);
  const wildcards: string[] = [];
  for (let dot = base.indexOf('.', 1); dot > 0 && dot < base.length - 1; dot = base.indexOf('.', dot + 1)) {
    const wildcard = `${base.slice(0, dot)}.*`;
    wildcards.push(presence ? presenceNameOf(wildcard) : wildcard);
  }
  return wildcards;
}

/** Every name that an entry of the channel may be listened to by. */
export function namesCovering(channel: string): readonly string[] {
  const wildcards = wildcardsCovering(channel);
  return wildcards.length === 0 ? [channel] : [channel, ...wildcards.filter((name) => name !== channel)];
}
