import { isPresenceName, PRESENCE_SUFFIX } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { type Mix, mixOf } from './mix.ts';

type Floors = Map<string, Timetoken | undefined>;

/**
 * What one subscription wants: its names as they stand on the wire, each with the timetoken it is subscribed from
 * (its floor), once that is known.
 */
export class Interest {
  readonly #channels: Floors = new Map();
  readonly #groups: Floors = new Map();

  constructor(mix: Mix) {
    for (const name of mix.channels) this.#channels.set(name, undefined);
    for (const name of mix.groups) this.#groups.set(name, undefined);
  }

  /** The names that are still wanted. */
  get mix(): Mix {
    return mixOf(this.#channels.keys(), this.#groups.keys());
  }

  /** Sets the floor of names that have none. */
  accept(mix: Mix, floor: Timetoken): void {
    for (const name of mix.channels) setFloor(this.#channels, name, floor);
    for (const name of mix.groups) setFloor(this.#groups, name, floor);
  }

  /** Takes names out. */
  drop(mix: Mix): void {
    for (const name of mix.channels) this.#channels.delete(name);
    for (const name of mix.groups) this.#groups.delete(name);
  }

  /** Whether an entry on this channel, at this timetoken, is wanted; `match` is the group it came for, if any. */
  wants(channel: string, match: string | undefined, timetoken: Timetoken): boolean {
    if (isAbove(this.#channels, channel, timetoken)) return true;
    if (match !== undefined && this.wantsGroup(match, timetoken)) return true;
    return this.#channels.size > 0 && this.#wantsByWildcard(channel, timetoken);
  }

  /** Whether an entry on this channel matches one of the names, whatever their floors. */
  covers(channel: string, match: string | undefined): boolean {
    if (this.#channels.has(channel) || (match !== undefined && this.#groups.has(match))) return true;
    return wildcardsOver(channel).some((wildcard) => this.#channels.has(wildcard));
  }

  /**
   * Whether entries of a channel, up to this timetoken, may be missing here. Of a group it is not known which channels
   * it has: better told of one too many.
   */
  mayMiss(channel: string, upto: Timetoken): boolean {
    if (this.wants(channel, undefined, upto)) return true;
    for (const group of this.#groups.keys()) if (this.wantsGroup(group, upto)) return true;
    return false;
  }

  /** Whether an entry that came for this group is wanted. */
  wantsGroup(group: string, timetoken: Timetoken): boolean {
    return isAbove(this.#groups, group, timetoken);
  }

  /** The name by which a wanted entry matched: `null` for the channel itself, else the wildcard or group. */
  matchOf(channel: string, match: string | undefined): string | null {
    if (this.#channels.has(channel)) return null;
    for (const wildcard of wildcardsOver(channel)) if (this.#channels.has(wildcard)) return wildcard;
    return match ?? null;
  }

  #wantsByWildcard(channel: string, timetoken: Timetoken): boolean {
    for (const wildcard of wildcardsOver(channel))
      if (isAbove(this.#channels, wildcard, timetoken)) return true;
    return false;
  }
}

/** The wildcards that cover a channel, the longest first: `a.b.*` and `a.*` cover `a.b.c`. */
export function wildcardsOver(channel: string): readonly string[] {
  if (!channel.includes('.')) return [];
  const presence = isPresenceName(channel);
  const end = presence ? channel.length - PRESENCE_SUFFIX.length : channel.length;
  const wildcards: string[] = [];
  // A dot at the very end has no rest for the star to stand for, one at the very start no name before it.
  for (let dot = channel.lastIndexOf('.', end - 2); dot > 0; dot = channel.lastIndexOf('.', dot - 1)) {
    wildcards.push(`${channel.slice(0, dot)}.*${presence ? PRESENCE_SUFFIX : ''}`);
  }
  return wildcards;
}

function setFloor(floors: Floors, name: string, floor: Timetoken): void {
  if (floors.has(name) && floors.get(name) === undefined) floors.set(name, floor);
}

function isAbove(floors: Floors, name: string, timetoken: Timetoken): boolean {
  const floor = floors.get(name);
  return floor !== undefined && compareTimetokens(timetoken, floor) > 0;
}
