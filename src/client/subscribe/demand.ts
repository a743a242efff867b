import { compareTimetokens } from '../../protocol/timetoken.ts';
import { wildcardsOver } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { each, isEmpty, type Names, namesOf } from './names.ts';
import type { LoopInput } from './state.ts';

/** A change of the wanted names. */
export type DemandChange = Omit<Extract<LoopInput, { type: 'demandChanged' }>, 'type'>;

type Index = Map<string, Set<LiveSubscription>>;

const NOBODY: readonly LiveSubscription[] = Object.freeze([]);

/** The user's own state on a channel or group. Handshakes and heartbeats repeat it, so that it survives a timeout. */
export interface OwnState {
  /** JSON text. */
  readonly text: string;
}

/**
 * The subscriptions of a client. A name is wanted until its last subscription drops it, so that two parts of a program on
 * one channel do not disturb each other. An index by name finds the subscriptions of an entry.
 */
export class Demand {
  /** What `setState()` set, until its name is dropped. */
  readonly states = new Map<string, OwnState>();
  readonly #subscriptions = new Set<LiveSubscription>();
  readonly #index: Readonly<Record<keyof Names, Index>> = { channels: new Map(), groups: new Map() };
  /** Subscriptions that the loop does not know yet. */
  #fresh = new Set<LiveSubscription>();
  /** The id of the newest subscription. */
  newest = 0;

  /** Every subscription, in the order of their creation. */
  get subscriptions(): Iterable<LiveSubscription> {
    return this.#subscriptions;
  }

  /** The subscriptions up to an id: a request did not ask for those that were made after it was sent. */
  upTo(newest: number): readonly LiveSubscription[] {
    return [...this.#subscriptions].filter(({ id }) => id <= newest);
  }

  /** The union of what all subscriptions want. */
  get names(): Names {
    const { channels, groups } = this.#index;
    return namesOf(channels.keys(), groups.keys());
  }

  /** The same, without names that only the given subscriptions want. */
  namesWithout(some: readonly LiveSubscription[]): Names {
    if (some.length === 0) return this.names;
    const others = [...this.#subscriptions].filter((one) => !some.includes(one)).map(({ names }) => names);
    return namesOf(
      others.flatMap(({ channels }) => channels),
      others.flatMap(({ groups }) => groups),
    );
  }

  /**
   * The user's presence state for names, as JSON text; `undefined` if there is none. `setState()` overrides the states of
   * subscriptions.
   */
  stateText(names: Names): string | undefined {
    const texts = new Map<string, string>();
    const asked = new Set([...names.channels, ...names.groups]);
    for (const { wish, channels, channelGroups } of this.#subscriptions) {
      if (!wish.state) continue;
      const text = JSON.stringify(wish.state);
      for (const name of [...channels, ...channelGroups]) if (asked.has(name)) texts.set(name, text);
    }
    for (const name of asked) {
      const own = this.states.get(name);
      if (own) texts.set(name, own.text);
    }
    if (texts.size === 0) return undefined;
    return `{${Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  }

  /** Adds a subscription. Its presence state replaces what `setState()` has set before. */
  add(subscription: LiveSubscription): void {
    if (subscription.wish.state)
      for (const name of [...subscription.channels, ...subscription.channelGroups]) this.states.delete(name);
    this.#subscriptions.add(subscription);
    this.#fresh.add(subscription);
    each(subscription.names, (name, kind) => {
      const set = this.#index[kind].get(name) ?? new Set();
      this.#index[kind].set(name, set.add(subscription));
    });
  }

  /**
   * What has changed since the last call, for the loop. A subscription that must wait is left out until a later call, while
   * the loop continues with the other names.
   */
  takeChange(mustWait: (subscription: LiveSubscription) => boolean): DemandChange {
    const late: LiveSubscription[] = [];
    const added: LiveSubscription[] = [];
    for (const subscription of this.#fresh) {
      // A handshake that was sent meanwhile may have included it.
      if (subscription.ended || isEmpty(subscription.interest.pending)) continue;
      (mustWait(subscription) ? late : added).push(subscription);
    }
    // If nothing else is wanted, the handshake itself waits for the leave.
    if (isEmpty(this.namesWithout(late))) added.push(...late.splice(0));
    this.#fresh = new Set(late);
    const newest = added.at(-1)?.id;
    // An idle loop starts at the oldest of them.
    const [cursor] = added
      .flatMap(({ wish }) => wish.start ?? [])
      .sort((a, b) => compareTimetokens(a.timetoken, b.timetoken));
    const demand = this.namesWithout(late);
    return { demand, ...(newest !== undefined && { newest }), ...(cursor && { cursor }) };
  }

  /** Removes names from a subscription, and the subscription with its last name. */
  drop(subscription: LiveSubscription, names: Names): void {
    subscription.interest.drop(names);
    each(names, (name, kind) => {
      const set = this.#index[kind].get(name);
      set?.delete(subscription);
      if (set && set.size > 0) return;
      this.#index[kind].delete(name);
      // The server forgets the state of a user who leaves.
      this.states.delete(name);
    });
    if (isEmpty(subscription.names)) this.#subscriptions.delete(subscription);
  }

  /** The subscriptions that an entry may match: by channel, wildcard, or the group that it came for. */
  candidates(channel: string, group: string | undefined): Iterable<LiveSubscription> {
    const { channels, groups } = this.#index;
    const direct = channels.get(channel);
    if (group === undefined && !channel.includes('.')) return direct ?? NOBODY;
    const sets = direct ? [direct] : [];
    for (const wildcard of wildcardsOver(channel)) push(sets, channels.get(wildcard));
    if (group !== undefined) push(sets, groups.get(group));
    const [only] = sets;
    if (only === undefined) return NOBODY;
    return sets.length === 1 ? only : new Set(sets.flatMap((set) => [...set]));
  }
}

function push<T>(list: T[], value: T | undefined): void {
  if (value !== undefined) list.push(value);
}
