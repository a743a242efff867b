import { type Due, type DueMoment, DueQueue } from '../due-queue.ts';
import type { PresenceExcess, Touch } from '../store/presence.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';

/** The result of a renewal. */
export interface Renewed {
  /** The length of the shortest lease, in milliseconds. */
  readonly leaseMs: number;
  /** The limit that some of the leases would have exceeded. They were not begun. */
  readonly excess: PresenceExcess | undefined;
}

/** Receives the result of a renewal. */
export interface Waiter {
  resolve(renewed: Renewed): void;
  reject(error: unknown): void;
}

/** The leases of a poll while it is parked. */
export interface Parked {
  /** Ends the poll. `alive`: the poll was answered, and the client is still there, so the leases are renewed once more. */
  end(alive: boolean): void;
}

/** A leave of one of a user's instances. */
export interface Leave {
  /** Empty for the one that does not say which it is. */
  readonly instance: string;
  readonly channels: readonly string[];
}

/** A leave by the log. */
export interface Left extends Leave {
  readonly tt: Stamp;
}

/**
 * The leases that one request renews: once, or for as long as its poll is parked. There is one for each parked poll, so
 * it holds the lists of the request and copies none.
 */
export class Renewal implements Touch, Due, Parked {
  length = 0;
  due = 0;
  moment: DueMoment<this> | undefined = undefined;
  dueBefore: this | undefined = undefined;
  dueAfter: this | undefined = undefined;
  /** Others of the same user. */
  older: Renewal | undefined = undefined;
  newer: Renewal | undefined = undefined;
  readonly user: string;
  readonly instance: string;
  readonly channels: readonly string[];
  readonly leaseMs: number | undefined;
  /** Absent once they are set: later renewals would undo what has changed since. */
  states: ReadonlyMap<string, string> | undefined;
  /** The channels that the user has not left since. Absent: all of them. */
  kept: Set<string> | undefined = undefined;
  /** The position of the log at which it was renewed the last time. */
  at: Stamp = ZERO_STAMP;
  /** Leaves that were heard of while it waits for the store: which came first is known when the store has answered. */
  heard: Left[] | undefined = undefined;
  /** `true` while it waits for the store. */
  isUnderWay = false;
  isParked: boolean;
  readonly waiter: Waiter | undefined;
  readonly #onEnd: (renewal: Renewal, alive: boolean) => void;

  constructor(
    { user, instance = '', channels, leaseMs, states }: Touch,
    waiter: Waiter | undefined,
    onEnd: (renewal: Renewal, alive: boolean) => void,
  ) {
    this.user = user;
    this.instance = instance;
    this.channels = channels;
    this.leaseMs = leaseMs;
    this.states = states;
    this.waiter = waiter;
    this.isParked = waiter === undefined;
    this.#onEnd = onEnd;
  }

  end(alive: boolean): void {
    this.#onEnd(this, alive);
  }

  /** The user has left: it leaves these channels out, if it is of that instance. */
  leave({ instance, channels }: Leave): void {
    if (instance !== this.instance) return;
    this.kept ??= new Set(this.channels);
    for (const channel of channels) this.kept.delete(channel);
  }

  /** The log tells of a leave, perhaps of one before the request. */
  hear(left: Left): void {
    if (left.tt <= this.at) return;
    if (this.isUnderWay) this.heard = [...(this.heard ?? []), left];
    else this.leave(left);
  }

  /** The store has renewed it, at that position of the log. */
  renewed(at: Stamp): void {
    this.at = at;
    const { heard } = this;
    this.heard = undefined;
    for (const left of heard ?? []) this.hear(left);
  }
}

/** Renewals by user, and those of parked polls by the time at which they are due. */
export class Renewals {
  readonly #newest = new Map<string, Renewal>();
  readonly #queue = new DueQueue<Renewal>();

  add(renewal: Renewal): void {
    const before = this.#newest.get(renewal.user);
    renewal.older = before;
    if (before) before.newer = renewal;
    this.#newest.set(renewal.user, renewal);
  }

  remove(renewal: Renewal): void {
    const { older, newer, user } = renewal;
    this.#queue.remove(renewal);
    if (older) older.newer = newer;
    if (newer) newer.older = older;
    else if (older) this.#newest.set(user, older);
    else this.#newest.delete(user);
    renewal.older = undefined;
    renewal.newer = undefined;
  }

  /** It is due so many milliseconds from now. */
  schedule(renewal: Renewal, now: number, milliseconds: number): void {
    this.#queue.remove(renewal);
    renewal.length = milliseconds;
    this.#queue.add(renewal, now);
  }

  /** It is due no more. */
  unschedule(renewal: Renewal): void {
    this.#queue.remove(renewal);
  }

  /** The one that is due first. */
  first(): Renewal | undefined {
    return this.#queue.first();
  }

  /** The user has left: renewals that there are now leave these channels out. */
  leave(user: string, leave: Leave): void {
    for (let one = this.#newest.get(user); one; one = one.older) one.leave(leave);
  }

  /** The log tells that the user has left. */
  hear(user: string, left: Left): void {
    for (let one = this.#newest.get(user); one; one = one.older) one.hear(left);
  }

  /** The user has a new state: renewals that wait for the store do not bring back an older one. */
  setState(user: string, states: ReadonlyMap<string, string>): void {
    for (let one = this.#newest.get(user); one; one = one.older) {
      if (!one.states) continue;
      one.states = new Map(Array.from(one.states, ([name, state]) => [name, states.get(name) ?? state]));
    }
  }
}
