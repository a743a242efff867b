import { type Due, DueQueue } from '../../due-queue.ts';
import { byteLength } from '../../http/body.ts';
import { Account, type Budget, NO_LIMIT, type Room } from '../budget.ts';
import type { IntervalChanges } from '../entry.ts';

/** Bytes of a presence event; a longer one tells clients to call here-now. */
export const MAX_EVENT_BYTES = 30 * 1024;
// Bytes of its times.
const FRAME_BYTES = 64;
/** Bytes around a name in a list, at least. */
export const NAME_FRAME = 3;

/** A change that waits for the next interval event of its channel. */
export type WaitingChange = 'join' | 'leave' | 'timeout';

/** The changes of one channel that wait. */
export interface Interval extends Due {
  readonly channel: string;
  /**
   * The last change of each user: one who joined and left within an interval is reported as a leave. Absent if they are
   * too many for an event, or for the room there is.
   */
  users: Map<string, WaitingChange> | undefined;
  /** Characters of the event's lists, at least. */
  characters: number;
}

/** The parts of waiting changes. */
export interface WaitingChangesOptions {
  /** Looked up for each interval that begins. */
  readonly intervalMs: () => number;
  readonly limits: Room | undefined;
  readonly budget: Budget | undefined;
}

/** The changes on crowded channels, each until the next interval event of its channel. */
export class WaitingChanges {
  readonly #intervalMs: () => number;
  readonly #account: Account;
  readonly #byChannel = new Map<string, Interval>();
  readonly #queue = new DueQueue<Interval>();

  constructor({ intervalMs, limits = NO_LIMIT, budget }: WaitingChangesOptions) {
    this.#intervalMs = intervalMs;
    this.#account = new Account({ limits, budget });
  }

  /** Channels and users that wait. */
  get size(): number {
    return this.#account.entries;
  }

  /** The channel whose event is due first. */
  first(): Interval | undefined {
    return this.#queue.first();
  }

  /** Adds a change. Returns `false` if there is no room for one more channel. */
  add(channel: string, [user, change]: readonly [string, WaitingChange], now: number): boolean {
    const interval = this.#byChannel.get(channel) ?? this.#begin(channel, now);
    if (!interval) return false;
    if (!interval.users?.has(user) && !this.#makeRoom(interval, user)) this.#shorten(interval);
    interval.users?.set(user, change);
    return true;
  }

  /** The user's last change is in the log: an older one must not follow. */
  forget(channel: string, user: string): void {
    const interval = this.#byChannel.get(channel);
    if (!interval?.users?.delete(user)) return;
    interval.characters -= user.length + NAME_FRAME;
    this.#account.remove(1, user.length);
    if (interval.users.size === 0) this.remove(interval);
  }

  remove(interval: Interval): void {
    this.#shorten(interval);
    this.#byChannel.delete(interval.channel);
    this.#queue.remove(interval);
    this.#account.remove(1, interval.channel.length);
  }

  /** Gives back all room: the changes are used no more. */
  clear(): void {
    this.#account.clear();
  }

  #begin(channel: string, now: number): Interval | undefined {
    if (!this.#account.hasRoom(1, channel.length)) return;
    const interval: Interval = {
      channel,
      users: new Map(),
      characters: 0,
      length: this.#intervalMs(),
      due: 0,
    };
    this.#account.add(1, channel.length);
    this.#byChannel.set(channel, interval);
    this.#queue.add(interval, now);
    return interval;
  }

  #makeRoom(interval: Interval, user: string): boolean {
    if (!interval.users) return false;
    const characters = interval.characters + user.length + NAME_FRAME;
    if (characters > MAX_EVENT_BYTES || !this.#account.hasRoom(1, user.length)) return false;
    interval.characters = characters;
    this.#account.add(1, user.length);
    return true;
  }

  // The event tells clients to look again, and needs no names.
  #shorten(interval: Interval): void {
    const { users, characters } = interval;
    if (!users) return;
    this.#account.remove(users.size, characters - users.size * NAME_FRAME);
    interval.users = undefined;
  }
}

/** The event of an interval. */
export function intervalEvent({ users }: Pick<Interval, 'users'>, occupancy: number): IntervalChanges {
  const shortened = { action: 'interval', occupancy, hereNowRefresh: true } as const;
  if (!users) return shortened;
  const lists = Map.groupBy(users.keys(), (user) => users.get(user) ?? 'join');
  const event = { action: 'interval', occupancy, ...Object.fromEntries(lists) } as const;
  return byteLength(JSON.stringify(event)) + FRAME_BYTES > MAX_EVENT_BYTES ? shortened : event;
}
