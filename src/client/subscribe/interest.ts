import { isPresenceName, PRESENCE_SUFFIX } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { Waiters } from '../runtime/waiters.ts';
import { later } from './gaps.ts';
import { each, intersection, isEmpty, type Names, pick, without } from './names.ts';
import type { LoopCursor } from './state.ts';

/** How the server stands to a name. It is pending if it was never accepted, or is not accepted any more. */
interface Standing {
  /** The timetoken that it is subscribed from, once it was accepted. */
  readonly floor?: Timetoken | undefined;
  /** The cursor up to which it was accepted, if it is not any more. */
  readonly stopped?: LoopCursor | undefined;
  /** What a pending name was refused with, until it is asked for again. */
  readonly refusal?: PubNubError | undefined;
}

type Standings = ReadonlyMap<string, Standing>;

/** Names that were accepted together. */
export interface Accepted {
  readonly names: Names;
  /** The cursor up to which they were accepted before; `undefined` for new ones. */
  readonly stopped: LoopCursor | undefined;
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly channel: string;
  /** The group that it came for, if any. */
  readonly group: string | undefined;
  readonly timetoken: Timetoken;
}

const NEW: Standing = Object.freeze({});

/** The names of one subscription, as they stand on the wire, and the waits for their acceptance. */
export class Interest {
  /** The names that are still wanted. */
  names: Names;
  readonly #standings = {
    channels: new Map<string, Standing>(),
    groups: new Map<string, Standing>(),
  };
  readonly #waiters = new Waiters<PubNubError | 'done'>();

  constructor(names: Names) {
    this.names = names;
    this.#set(names, () => NEW);
  }

  /** Names that the server has not accepted, or not any more. */
  get pending(): Names {
    return pick(this.names, (name, kind) => isPending(this.#standing(name, kind)));
  }

  /** Takes pending names as accepted, from the floor on if they are new. Returns them. */
  accept(names: Names, floor: Timetoken): readonly Accepted[] {
    const fresh = intersection(this.pending, names);
    const stops = new Map<Timetoken | undefined, LoopCursor | undefined>();
    each(fresh, (name, kind) => {
      const { stopped } = this.#standing(name, kind);
      stops.set(stopped?.timetoken, stopped);
    });
    const accepted = Array.from(stops, ([timetoken, stopped]) => ({
      names: pick(fresh, (name, kind) => this.#standing(name, kind).stopped?.timetoken === timetoken),
      stopped,
    }));
    this.#set(fresh, (before) => ({ floor: before.floor ?? floor }));
    this.#settle();
    return accepted;
  }

  /** Sets the floor of names. */
  setFloor(names: Names, floor: Timetoken): void {
    this.#set(intersection(this.names, names), (before) => ({ ...before, floor }));
  }

  /** Takes names out. */
  drop(names: Names): void {
    this.names = without(this.names, names);
    each(names, (name, kind) => this.#standings[kind].delete(name));
    if (!isEmpty(this.names)) this.#settle();
  }

  /**
   * Notes a refusal, which lasts until the names are asked for again. It ends the waits as soon as the server has accepted
   * or refused the others too: whoever hears of it may rely on these. With a cursor, accepted names stop there.
   */
  refuse(names: Names, refusal: PubNubError, cursor?: LoopCursor): void {
    this.#set(intersection(cursor ? this.names : this.pending, names), (before) => ({
      ...before,
      stopped: before.stopped ?? stopOf(before, cursor),
      refusal,
    }));
    this.#settle();
  }

  /** Forgets refusals, all or those with one code: the names are asked for again. */
  askAgain(code?: PubNubError['code']): void {
    const isMeant = (name: string, kind: keyof Names) =>
      !code || this.#standing(name, kind).refusal?.code === code;
    this.#set(pick(this.names, isMeant), (before) => ({ ...before, refusal: undefined }));
  }

  /** Resolves when the pending names are accepted; rejects when one is refused, and the others are accepted or refused. */
  accepted(signal: AbortSignal | undefined): Promise<void> {
    const verdict = this.#verdict();
    return typeof verdict === 'object'
      ? Promise.reject(verdict)
      : this.#waiters.wait(signal, endedError, (news) => news);
  }

  /** Ends the waits with an error. */
  giveUp(error: PubNubError): void {
    this.#waiters.tell(error);
  }

  /**
   * The name by which an entry matches: `null` for the channel itself, else the wildcard or group; `undefined` if there is
   * none. `group` is the group that it came for, if any. With a timetoken, only names with a floor below it match,
   * and of those that have stopped the ones that reached it.
   */
  match(channel: string, group: string | undefined, timetoken?: Timetoken): string | null | undefined {
    const { channels, groups } = this.#standings;
    if (fits(channels, channel, timetoken)) return null;
    if (channels.size > 0)
      for (const wildcard of wildcardsOver(channel)) if (fits(channels, wildcard, timetoken)) return wildcard;
    return group !== undefined && fits(groups, group, timetoken) ? group : undefined;
  }

  /** Whether there is such a name. */
  matches(channel: string, group: string | undefined, timetoken?: Timetoken): boolean {
    return this.match(channel, group, timetoken) !== undefined;
  }

  /** Whether an accepted name, other than the given ones, brought the entries at a timetoken. */
  covers({ channel, group, timetoken }: EntryPlace, besides: Names): boolean {
    const isCovering = (name: string, kind: keyof Names) =>
      !besides[kind].includes(name) && fits(this.#standings[kind], name, timetoken);
    const names = [channel, ...wildcardsOver(channel)];
    return (
      names.some((name) => isCovering(name, 'channels')) ||
      (group !== undefined && isCovering(group, 'groups'))
    );
  }

  /** The lowest floor of the given names; `undefined` if none was ever accepted. */
  floorOf(names: Names): Timetoken | undefined {
    let least: Timetoken | undefined;
    each(names, (name, kind) => {
      const { floor } = this.#standing(name, kind);
      if (floor !== undefined && (least === undefined || compareTimetokens(floor, least) < 0)) least = floor;
    });
    return least;
  }

  #standing(name: string, kind: keyof Names): Standing {
    return this.#standings[kind].get(name) ?? NEW;
  }

  #set(names: Names, change: (before: Standing) => Standing): void {
    each(names, (name, kind) => this.#standings[kind].set(name, change(this.#standing(name, kind))));
  }

  // `undefined` while the server has not been heard on every name.
  #verdict(): PubNubError | 'done' | undefined {
    let verdict: PubNubError | 'done' | undefined = 'done';
    each(this.pending, (name, kind) => {
      verdict &&= this.#standing(name, kind).refusal;
    });
    return verdict;
  }

  #settle(): void {
    const verdict = this.#verdict();
    if (verdict) this.#waiters.tell(verdict);
  }
}

function isPending({ floor, stopped }: Standing): boolean {
  return floor === undefined || stopped !== undefined;
}

// The loop may have begun before the name.
function stopOf({ floor }: Standing, cursor: LoopCursor | undefined): LoopCursor | undefined {
  return cursor && floor !== undefined ? { ...cursor, timetoken: later(cursor.timetoken, floor) } : undefined;
}

function fits(standings: Standings, name: string, timetoken: Timetoken | undefined): boolean {
  if (timetoken === undefined) return standings.has(name);
  const { floor, stopped } = standings.get(name) ?? NEW;
  if (floor === undefined || compareTimetokens(timetoken, floor) <= 0) return false;
  return !stopped || compareTimetokens(timetoken, stopped.timetoken) <= 0;
}

/** The error of a wait for a subscription, where either has ended. */
export function endedError(cause?: unknown): PubNubError {
  return new PubNubError('PN-2003', 'The subscription has ended, or the wait for it.', { cause });
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
