import type { AccessRules, AccessStore } from './access.ts';
import type { ActionRules, ActionStore } from './actions.ts';
import type { Budget, Room } from './budget.ts';
import type { FileRules, FileStore } from './files.ts';
import type { GroupRules, GroupStore } from './groups.ts';
import type { HistoryRules, HistoryStore } from './history.ts';
import type { LogRules, ShardLog } from './log.ts';
import type { ObjectRules, ObjectStore } from './objects.ts';
import type { PushRules, PushStore } from './push.ts';

/** One change of presence on a channel. */
export interface PresenceChange {
  readonly channel: string;
  readonly user: string;
  readonly action: 'join' | 'leave' | 'timeout' | 'state-change';
  /** Users on the channel after the change. */
  readonly occupancy: number;
  /** The user's state as JSON text, when there is one. */
  readonly state?: string;
  /** `true` if the event is in the log; if not, the next interval event has it. */
  readonly logged: boolean;
}

/** A renewal of a user's leases. */
export interface Touch {
  readonly user: string;
  readonly channels: readonly string[];
  /** Length of the leases; without it a lease keeps its own length, and a new one gets the default. */
  readonly leaseMs?: number | undefined;
  /** New state by channel, as JSON text. */
  readonly states?: ReadonlyMap<string, string> | undefined;
}

/** The result of a touch. */
export interface Touched {
  readonly changes: readonly PresenceChange[];
  /** The shortest of the leases, in milliseconds. */
  readonly leaseMs: number;
  /** A limit that some of the leases or states would have exceeded: those were not taken, the others were. */
  readonly excess?: PresenceExcess | undefined;
}

/** The limit of presence that was reached: the leases of the user, or those of all together. */
export type PresenceExcess = 'user' | 'all';

/** The result of a sweep. */
export interface Swept {
  readonly changes: readonly PresenceChange[];
  /** The time at which the next lease expires, in milliseconds since the Unix epoch; `undefined` without leases. */
  readonly next: number | undefined;
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
 * Presence as leases that expire. Every change is logged together with it, in one atomic step, on the channel's
 * presence channel, unless the channel has more than `announceMax` users.
 */
export interface PresenceStore {
  /** Renews leases, and logs a `join` for each that was absent and a `state-change` for each state that differs. */
  touch(touch: Touch): Promise<Touched>;
  /** Ends leases; absent ones are ignored. */
  leave(user: string, channels: readonly string[]): Promise<readonly PresenceChange[]>;
  /** Ends at most `max` expired leases. Each timeout is logged once, whichever origin calls. */
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

/** The data of one subscribe key. */
export interface ShardStore {
  readonly log: ShardLog;
  readonly presence: PresenceStore;
  readonly groups: GroupStore;
  readonly history: HistoryStore;
  readonly access: AccessStore;
  readonly actions: ActionStore;
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly push: PushStore;
}

/** The rules of presence announcements. */
export interface PresenceRules {
  /** Above this number of users a channel's changes are announced in intervals. */
  readonly announceMax: number;
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

/** The limits of one subscribe key's data. */
export interface ShardRules extends PresenceRules {
  /** The memory that all subscribe keys of the process share. Without it, they share none. */
  readonly budget?: Budget;
  /** Subscribe keys that hold data. Without it, they are not limited. */
  readonly shards?: number;
  /** Without it, the log keeps a thousand entries, and all publish ids of two minutes. */
  readonly log?: LogRules;
  /** Without it, groups are not limited. */
  readonly groups?: GroupRules;
  /** Without it, message actions are not limited. */
  readonly actions?: ActionRules;
  /** Without it, history keeps nothing. */
  readonly history?: HistoryRules;
  /** Without it, grants and revoked tokens are not limited. */
  readonly access?: AccessRules;
  /** Without it, files are not limited. */
  readonly files?: FileRules;
  /** Without it, App Context is not limited. */
  readonly objects?: ObjectRules;
  /** Without it, devices for mobile push are not limited. */
  readonly push?: PushRules;
}

/** The engine holds as many subscribe keys as it may, and can forget none of them. */
export class ShardsFull extends Error {
  override readonly name = 'ShardsFull';

  constructor() {
    super('The engine has no room for another subscribe key.');
  }
}

/**
 * The store cannot be reached, or does not answer in time. Of a change the outcome is unknown. Clients get the status 503
 * and may try again.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(message = 'The store cannot be reached.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Keeps the data of an origin: in memory, in a file, or shared with other origins. */
export interface Engine {
  /** The data of one subscribe key, until `release`. Throws `ShardsFull` if there is no room for one more. */
  shard(subscribeKey: string, rules: ShardRules): ShardStore;
  /** The caller of `shard` does not use the data any more, until it calls `shard` again. */
  release?(subscribeKey: string): void;
  /** `true` for a subscribe key that has never held anything: a read of it need leave nothing behind. */
  isBlank?(subscribeKey: string): boolean;
  /** `true` if the data is in this process: calls settle within the turn in which they are made, and tails lose nothing. */
  readonly isLocal: boolean;
  /** Releases the resources of the engine. */
  close(): Promise<void>;
}
