import type { Stamp } from '../store/stamp.ts';
import { isWildcardName } from '../wildcards.ts';

/** A name that the client asked for: the channel itself, or a group that has it. */
export interface Label {
  /** The client's name as JSON text: the envelope's `b`. */
  readonly json: string;
  /** Nothing up to this position is delivered under the label. */
  readonly since: Stamp;
  /** It is a group, which may have the same name as a channel. */
  readonly isGroup?: boolean;
}

// Measured: a name costs so much in the lists of its subscription and in the index of a window, and each label of it.
const NAME_BYTES = 288;
const LABEL_BYTES = 64;

/** The channels and wildcards of one poll, with or without the presence suffix, by name with their labels. */
export class Subscription {
  readonly labels: ReadonlyMap<string, readonly Label[]>;
  /** The groups that the channels come from. */
  readonly groups: readonly string[];
  /** The position of the last group change (`window.groupsChangedAt`) when the groups were looked up. */
  readonly groupsAt: Stamp | undefined;
  /** The wildcards among the names. */
  readonly wildcards: readonly string[];

  /** About the bytes that it takes in memory while somebody is parked with it. */
  readonly weight: number;

  /** The names as they were sent, if others who send them share this. */
  source: string | undefined = undefined;

  constructor(
    labels: ReadonlyMap<string, readonly Label[]>,
    groups: readonly string[] = [],
    groupsAt?: Stamp,
  ) {
    this.labels = labels;
    this.groups = groups;
    this.groupsAt = groupsAt;
    this.wildcards = [...labels.keys()].filter(isWildcardName);
    this.weight = weightOf(labels);
  }

  /** `true` if its groups were looked up before the position of the last change of a group. */
  isOutdated(groupsChangedAt: Stamp): boolean {
    return this.groups.length > 0 && this.groupsAt !== undefined && this.groupsAt < groupsChangedAt;
  }
}

function weightOf(labels: Subscription['labels']): number {
  let weight = 0;
  for (const [name, list] of labels) {
    weight += NAME_BYTES + 2 * name.length;
    for (const { json } of list) weight += LABEL_BYTES + json.length;
  }
  return weight;
}
