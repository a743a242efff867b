import type { Room } from './budget.ts';
import type { Stamp } from './stamp.ts';

/** A renewal of a user's leases. */
export interface Touch {
  readonly user: string;
  /** Which of the user's clients renews its leases, a text of some characters. Absent, or empty: the one that does not say. */
  readonly instance?: string | undefined;
  readonly channels: readonly string[];
  /** Length of the leases; without it a lease keeps its own length, and a new one gets the default. */
  readonly leaseMs?: number | undefined;
  /** New state by channel, as JSON text. */
  readonly states?: ReadonlyMap<string, string> | undefined;
}

/** The result of a touch. */
export interface Touched {
  /** A position of the log: what is stamped up to here had happened before the leases were renewed, and the rest had not. */
  readonly at: Stamp;
  /** The shortest of the leases, in milliseconds. */
  readonly leaseMs: number;
  /** A limit that some of the leases or states would have exceeded: those were not taken, the others were. */
  readonly excess?: PresenceExcess | undefined;
}

/** The limit of presence that was reached: the leases of the user, or those of all together. */
export type PresenceExcess = 'user' | 'all';

/** The result of a sweep. */
export interface Swept {
  /** Milliseconds until the next sweep has something to do, 0 if there is more now; `undefined` if nothing will be due. */
  readonly nextMs: number | undefined;
}

/** A user who is present. */
export interface Attendee {
  readonly user: string;
  /** JSON text, when there is a state. */
  readonly state?: string;
}

/** The users present on one channel. */
export interface Attendees {
  readonly channel: string;
  readonly occupancy: number;
  /** A part of them, in the order of their joins. */
  readonly users: readonly Attendee[];
}

/** A part of the lists of users. */
export interface PageOfUsers {
  readonly offset: number;
  readonly limit: number;
  /** Characters of names after which no more users are listed, nor channels unless they were asked for. */
  readonly room: number;
}

/** The users of some channels, or of all. */
export interface Present {
  readonly channels: readonly Attendees[];
  /** Channels that were asked for, or that have users: those that are not listed count too. */
  readonly totalChannels: number;
  readonly totalOccupancy: number;
}

/**
 * Presence as leases that expire, by the clock of the store: only durations cross this interface. Every change is logged
 * together with it, in one atomic step, on the channel's presence channel. On a channel with more than `announceMax`
 * users, joins, leaves and timeouts wait in the store for the channel's next interval event, which a sweep logs.
 *
 * Each instance of a user has leases of its own. The user is present on a channel, once, and has one state there, as long
 * as any of them lasts: the first is a `join`, and what ends the last is a `leave` or a `timeout`. Each counts towards the
 * limits, with its names.
 *
 * Calls of one origin take effect in the order in which they were made.
 */
export interface PresenceStore {
  /**
   * Renews leases, and logs a `join` for each that was absent and a `state-change` for each state that differs. One result
   * for each touch.
   */
  touch(touches: readonly Touch[]): Promise<readonly Touched[]>;
  /**
   * Ends leases of one instance, and states that wait for the user; absent ones are ignored. If there were any, logs a
   * control entry `leave` in the same step, after the events and with all the channels that were named, by which all
   * origins end the renewals of that instance's polls.
   */
  leave(user: string, channels: readonly string[], instance?: string): Promise<void>;
  /**
   * Ends expired leases and logs the interval events that are due, about `max` leases and changes in all. Each timeout and
   * each interval event is logged once, whichever origins sweep.
   */
  sweep(max: number): Promise<Swept>;
  /**
   * The users present on each of the channels, or on every channel that has users. It takes time in proportion to what
   * it lists: it ends where the room ends.
   */
  hereNow(channels: readonly string[] | undefined, page: PageOfUsers): Promise<Present>;
  /** The channels on which a user is present. */
  whereNow(user: string): Promise<readonly string[]>;
  /**
   * Sets a user's state, JSON text by channel, and logs a `state-change` for each that differs. It renews no lease: for a
   * user who is not present the state is kept for as long as a lease lasts, and is used if they join meanwhile.
   */
  setState(user: string, states: ReadonlyMap<string, string>): Promise<Touched>;
  /** A user's state by channel; channels without one are left out. */
  getState(user: string, channels: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The rules of presence announcements. */
export interface PresenceRules {
  /** Above this number of users a channel's changes are announced in intervals. */
  readonly announceMax: number;
  /** Milliseconds from the first change on such a channel to the event that has it. Without it, ten seconds. */
  readonly announceMs?: number;
  /** The changes that wait for such events. Without it, they are not limited. */
  readonly waiting?: Room;
  /** Length of a lease for which no length is known. */
  readonly leaseMs: number;
  /** Without it, leases are not limited. */
  readonly leases?: LeaseRules;
}

/** The limits of leases, with their states. */
export interface LeaseRules {
  /** All of them. */
  readonly all: Room;
  /** Those of one user. */
  readonly user: Room;
}
