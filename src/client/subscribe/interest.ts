import { isPresenceName, PRESENCE_SUFFIX } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { intersection, type Mix, mixOf } from './mix.ts';

type Floors = Map<string, Timetoken | undefined>;

/**
 * What one subscription wants: its names as they stand on the wire. A name that the server has accepted has a floor, the
 * timetoken it is subscribed from; one that it has not has none.
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

  /** Names that no handshake has accepted yet. */
  get pending(): Mix {
    return mixOf(withoutFloor(this.#channels), withoutFloor(this.#groups));
  }

  /** Sets the floor of names that have none, and returns these. */
  accept(mix: Mix, floor: Timetoken): Mix {
    const fresh = intersection(this.pending, mix);
    this.setFloor(fresh, floor);
    return fresh;
  }

  /** Sets the floor of names. */
  setFloor(mix: Mix, floor: Timetoken): void {
    for (const name of mix.channels) if (this.#channels.has(name)) this.#channels.set(name, floor);
    for (const name of mix.groups) if (this.#groups.has(name)) this.#groups.set(name, floor);
  }

  /** Takes names out. */
  drop(mix: Mix): void {
    for (const name of mix.channels) this.#channels.delete(name);
    for (const name of mix.groups) this.#groups.delete(name);
  }

  /** Whether an entry on this channel, at this timetoken, is wanted; `group` is the one it came for, if any. */
  wants(channel: string, group: string | undefined, timetoken: Timetoken): boolean {
    if (isAbove(this.#channels, channel, timetoken)) return true;
    if (group !== undefined && isAbove(this.#groups, group, timetoken)) return true;
    return this.#channels.size > 0 && this.#wantsByWildcard(channel, timetoken);
  }

  /** Whether an entry matches one of the names, whatever their floors. */
  covers(channel: string, group: string | undefined): boolean {
    if (this.#channels.has(channel) || (group !== undefined && this.#groups.has(group))) return true;
    return wildcardsOver(channel).some((wildcard) => this.#channels.has(wildcard));
  }

  /** The lowest floor of those names of the mix that are accepted; `undefined` if there is none. */
  floorOf({ channels, groups }: Mix): Timetoken | undefined {
    const floors = [
      ...channels.map((name) => this.#channels.get(name)),
      ...groups.map((name) => this.#groups.get(name)),
    ];
    return floors.reduce(
      (least, floor) =>
        floor !== undefined && (least === undefined || compareTimetokens(floor, least) < 0) ? floor : least,
      undefined,
    );
  }

  /** The name by which a wanted entry matched: `null` for the channel itself, else the wildcard or group. */
  matchOf(channel: string, group: string | undefined): string | null {
    if (this.#channels.has(channel)) return null;
    for (const wildcard of wildcardsOver(channel)) if (this.#channels.has(wildcard)) return wildcard;
    return group ?? null;
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

/**
 * The group that an entry came for, `undefined` where it came for its channel or a wildcard. A channel may be named like a
 * group: an entry that came under its channel's own name belongs to the group only if nobody asked for that channel.
 */
export function groupOf(
  { c: channel, b: match = channel }: { readonly c: string; readonly b?: string },
  { channels, groups }: Mix,
): string | undefined {
  if (groups.length === 0 || !groups.includes(match)) return undefined;
  return match === channel && channels.includes(channel) ? undefined : match;
}

function withoutFloor(floors: Floors): string[] {
  return [...floors].filter(([, floor]) => floor === undefined).map(([name]) => name);
}

function isAbove(floors: Floors, name: string, timetoken: Timetoken): boolean {
  const floor = floors.get(name);
  return floor !== undefined && compareTimetokens(timetoken, floor) > 0;
}
