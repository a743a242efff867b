import { isPresenceName, PRESENCE_SUFFIX } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { Waiters } from '../runtime/waiters.ts';
import { each, intersection, isEmpty, type Names, pick, without } from './names.ts';

type Floors = ReadonlyMap<string, Timetoken | undefined>;

/**
 * The names of one subscription, as they stand on the wire, and the waits for their acceptance. An accepted name has a
 * floor, the timetoken that it is subscribed from; a pending name has none.
 */
export class Interest {
  /** The names that are still wanted. */
  names: Names;
  readonly #floors = {
    channels: new Map<string, Timetoken | undefined>(),
    groups: new Map<string, Timetoken | undefined>(),
  };
  readonly #waiters = new Waiters<PubNubError | 'done'>();
  #refusal: PubNubError | undefined;

  constructor(names: Names) {
    this.names = names;
    each(names, (name, kind) => this.#floors[kind].set(name, undefined));
  }

  /** Names that no handshake has accepted yet. */
  get pending(): Names {
    return pick(this.names, (name, kind) => this.#floors[kind].get(name) === undefined);
  }

  /** Sets the floor of pending names, and returns them. */
  accept(names: Names, floor: Timetoken): Names {
    const fresh = intersection(this.pending, names);
    this.setFloor(fresh, floor);
    this.#settle();
    return fresh;
  }

  /** Sets the floor of names. */
  setFloor(names: Names, floor: Timetoken): void {
    each(intersection(this.names, names), (name, kind) => this.#floors[kind].set(name, floor));
  }

  /** Takes names out. */
  drop(names: Names): void {
    this.names = without(this.names, names);
    each(names, (name, kind) => this.#floors[kind].delete(name));
    if (!isEmpty(this.names)) this.#settle();
  }

  /** Notes a refusal of pending names, which lasts until they are asked for again. */
  refuse(names: Names, error: PubNubError): void {
    if (isEmpty(intersection(this.pending, names))) return;
    this.#refusal = error;
    this.giveUp(error);
  }

  /** Forgets the refusal: the names are asked for again. */
  askAgain(): void {
    this.#refusal = undefined;
  }

  /** Resolves when the pending names are accepted; rejects when one is refused, or the signal is aborted. */
  accepted(signal: AbortSignal | undefined): Promise<void> {
    return this.#refusal
      ? Promise.reject(this.#refusal)
      : this.#waiters.wait(signal, endedError, (verdict) => verdict);
  }

  /** Ends the waits with an error. */
  giveUp(error: PubNubError): void {
    this.#waiters.tell(error);
  }

  /**
   * The name by which an entry matches: `null` for the channel itself, else the wildcard or group; `undefined` if there is
   * none. `group` is the group that it came for, if any. With a timetoken, only names with a floor below it match.
   */
  match(channel: string, group: string | undefined, timetoken?: Timetoken): string | null | undefined {
    const { channels, groups } = this.#floors;
    if (fits(channels, channel, timetoken)) return null;
    if (channels.size > 0)
      for (const wildcard of wildcardsOver(channel)) if (fits(channels, wildcard, timetoken)) return wildcard;
    return group !== undefined && fits(groups, group, timetoken) ? group : undefined;
  }

  /** The lowest floor of the accepted names among the given ones; `undefined` if there is none. */
  floorOf(names: Names): Timetoken | undefined {
    let least: Timetoken | undefined;
    each(names, (name, kind) => {
      const floor = this.#floors[kind].get(name);
      if (floor !== undefined && (least === undefined || compareTimetokens(floor, least) < 0)) least = floor;
    });
    return least;
  }

  #settle(): void {
    if (!isEmpty(this.pending)) return;
    this.#refusal = undefined;
    this.#waiters.tell('done');
  }
}

function fits(floors: Floors, name: string, timetoken: Timetoken | undefined): boolean {
  if (timetoken === undefined) return floors.has(name);
  const floor = floors.get(name);
  return floor !== undefined && compareTimetokens(timetoken, floor) > 0;
}

/** The error of a wait for a subscription that has ended. */
export function endedError(cause?: unknown): PubNubError {
  return new PubNubError('PN-2003', 'The subscription ended before the server had accepted it.', { cause });
}

/** The error of a wait for the server while the client is stopped. */
export function stoppedError(): PubNubError {
  return new PubNubError('PN-2003', 'The client is stopped, and does not ask the server: call reconnect().');
}

/** The wildcards that cover a channel, the longest first: `a.b.*` and `a.*` cover `a.b.c`. */
export function wildcardsOver(channel: string): readonly string[] {
  if (!channel.includes('.')) return [];
  const presence = isPresenceName(channel);
  const end = presence ? channel.length - PRESENCE_SUFFIX.length : channel.length;
  const wildcards: string[] = [];
  // A dot at the end leaves nothing for the star, and a dot at the start has no name before it.
  for (let dot = channel.lastIndexOf('.', end - 2); dot > 0; dot = channel.lastIndexOf('.', dot - 1)) {
    wildcards.push(`${channel.slice(0, dot)}.*${presence ? PRESENCE_SUFFIX : ''}`);
  }
  return wildcards;
}

/**
 * The group that an entry came for; `undefined` if it came for its channel or a wildcard. A channel and a group may share a
 * name: an entry under that name came for the group only if the channel was not asked for.
 */
export function groupOf(
  { c: channel, b: match = channel }: { readonly c: string; readonly b?: string },
  { channels, groups }: Names,
): string | undefined {
  if (groups.length === 0 || !groups.includes(match)) return undefined;
  return match === channel && channels.includes(channel) ? undefined : match;
}
