import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { type Due, DueQueue } from '../due-queue.ts';
import type { OriginLimits } from '../limits.ts';
import type { ShardLog } from '../store/log.ts';
import type { PresenceChange, PresenceExcess, PresenceStore, Touch } from '../store/store.ts';
import { type NextTurn, Turns } from '../turns.ts';
import { IntervalAnnouncer } from './interval-announcer.ts';

const MAX_SWEEP = 500;
// Leases that are renewed or begun in one turn.
const MAX_TOUCH = 500;
const RETRY_MS = 1_000;
// A parked poll whose leases were renewed less than this ago does not renew them when it ends.
const FRESH_MS = 1_000;

/** The parts of a tracker. */
export interface PresenceTrackerOptions {
  readonly log: ShardLog;
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly nextTurn: NextTurn;
  onFailure(error: unknown): void;
}

/** The result of a renewal. */
export interface Renewed {
  /** The length of the shortest lease, in milliseconds. */
  readonly leaseMs: number;
  /** The limit that some of the leases would have exceeded. They were not begun. */
  readonly excess: PresenceExcess | undefined;
}

/** The leases of a poll while it is parked. */
export interface Parked {
  /** Ends the poll. `alive`: the poll was answered, and the client is still there, so the leases are renewed once more. */
  end(alive: boolean): void;
}

/**
 * The presence of one shard: requests renew leases, parked polls keep theirs renewed, and the others time out. One timer
 * wakes it for the next renewal or expiry.
 */
export class PresenceTracker {
  readonly #options: PresenceTrackerOptions;
  readonly #announcer: IntervalAnnouncer;
  readonly #parked = new ParkedPolls();
  #timer: TimerHandle | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** Opens the presence of a shard, some of whose leases may have expired meanwhile. */
  static async open(options: PresenceTrackerOptions): Promise<PresenceTracker> {
    const tracker = new PresenceTracker(options);
    const { next } = await options.presence.sweep(0);
    if (next !== undefined) tracker.#wakeBy(Math.max(next, options.clock.now()));
    return tracker;
  }

  private constructor(options: PresenceTrackerOptions) {
    const { log, clock, limits, onFailure } = options;
    this.#options = options;
    this.#announcer = new IntervalAnnouncer({
      log,
      clock,
      intervalMs: limits.announceSeconds * 1000,
      onFailure,
    });
  }

  /**
   * Renews leases, and begins those for which there is room. Resolves to the length of the shortest, and to the limit
   * that others would have exceeded. `isWanted` is asked before each lease is touched: many take several turns.
   */
  async touch(touch: Touch, isWanted: (channel: string) => boolean = () => true): Promise<Renewed> {
    const { presence, limits, nextTurn, clock } = this.#options;
    const turns = new Turns(nextTurn, MAX_TOUCH);
    let renewed: Renewed = { leaseMs: touch.leaseMs ?? limits.presenceSeconds * 1000, excess: undefined };
    for (let start = 0; start < touch.channels.length; start += MAX_TOUCH) {
      if (start > 0) await turns.next();
      const channels = touch.channels.slice(start, start + MAX_TOUCH).filter(isWanted);
      if (channels.length === 0) continue;
      const { changes, leaseMs, excess } = await presence.touch({ ...touch, channels });
      this.#note(changes);
      this.#wakeBy(clock.now() + leaseMs);
      renewed = { leaseMs: Math.min(leaseMs, renewed.leaseMs), excess: renewed.excess ?? excess };
    }
    return renewed;
  }

  /** Renews leases for as long as a poll is parked. */
  park(touch: Touch): Parked {
    // Before the leases are renewed: a leave that comes meanwhile must find it.
    const poll = this.#parked.begin(touch.user, touch.channels, touch.leaseMs);
    this.#renew(poll, touch).catch((error: unknown) => this.#options.onFailure(error));
    return { end: (alive) => this.#end(poll, alive) };
  }

  /** Ends the leases of a user, and their renewal by polls that are parked now. */
  async leave(user: string, channels: readonly string[]): Promise<void> {
    this.#parked.leave(user, channels);
    this.#note(await this.#options.presence.leave(user, channels));
  }

  /** Sets a user's state by channel, whether they are present there or not. Resolves to the limit that some would have exceeded. */
  async setState(user: string, states: ReadonlyMap<string, string>): Promise<PresenceExcess | undefined> {
    if (states.size === 0) return undefined;
    const { changes, leaseMs, excess } = await this.#options.presence.setState(user, states);
    this.#note(changes);
    this.#wakeBy(this.#options.clock.now() + leaseMs);
    return excess;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#announcer.close();
  }

  async #renew(poll: ParkedPoll, touch: Touch): Promise<void> {
    const { clock } = this.#options;
    const { leaseMs } = await this.touch(touch, (channel) => poll.channels.has(channel));
    const half = Math.max(1, Math.floor(leaseMs / 2));
    this.#parked.renewed(poll, clock.now(), half);
    this.#wakeBy(clock.now() + half);
  }

  #end(poll: ParkedPoll, alive: boolean): void {
    const age = this.#options.clock.now() - (poll.due - poll.length);
    this.#parked.end(poll);
    if (!alive || this.#closed || age < FRESH_MS) return;
    this.touch(touchOf(poll)).catch((error: unknown) => this.#options.onFailure(error));
  }

  #note(changes: readonly PresenceChange[]): void {
    if (this.#closed) return;
    for (const change of changes) this.#announcer.note(change);
  }

  #wakeBy(time: number): void {
    if (this.#closed || time >= this.#wakesAt) return;
    const { clock } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#wakesAt = time;
    this.#timer = clock.setTimeout(() => this.#wake(), time - clock.now());
  }

  #wake(): void {
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    this.#renewAndSweep().catch((error: unknown) => {
      this.#options.onFailure(error);
      this.#wakeBy(this.#options.clock.now() + RETRY_MS);
    });
  }

  // Renewals come first: after the machine has slept, users who are still connected have not timed out.
  async #renewAndSweep(): Promise<void> {
    const { clock, presence } = this.#options;
    const turns = new Turns(this.#options.nextTurn, MAX_TOUCH);
    for (let poll = this.#parked.first(); poll && poll.due <= clock.now(); poll = this.#parked.first()) {
      await this.#renew(poll, touchOf(poll));
      if (turns.isOver(1 + poll.channels.size)) await turns.next();
      if (this.#closed) return;
    }
    const { changes, next } = await presence.sweep(MAX_SWEEP);
    this.#note(changes);
    const soonest = Math.min(
      next ?? Number.POSITIVE_INFINITY,
      this.#parked.first()?.due ?? Number.POSITIVE_INFINITY,
    );
    if (soonest < Number.POSITIVE_INFINITY) this.#wakeBy(soonest);
  }
}

function touchOf({ user, channels, leaseMs }: ParkedPoll): Touch {
  return { user, channels: [...channels], leaseMs };
}

/** A parked poll, which renews its user's leases. */
interface ParkedPoll extends Due {
  readonly user: string;
  /** The channels that are renewed: those of the poll without the ones that the user has left. */
  readonly channels: Set<string>;
  readonly leaseMs: number | undefined;
}

/** Parked polls by user, and by the time of their next renewal. */
class ParkedPolls {
  readonly #byUser = new Map<string, Set<ParkedPoll>>();
  readonly #queue = new DueQueue<ParkedPoll>();

  /** Adds a poll, which is due only after `renewed` was called. */
  begin(user: string, channels: readonly string[], leaseMs: number | undefined): ParkedPoll {
    const poll: ParkedPoll = { user, channels: new Set(channels), leaseMs, length: 0, due: 0 };
    const polls = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, polls.add(poll));
    return poll;
  }

  /** The leases of a poll were renewed, and are due again after so many milliseconds. */
  renewed(poll: ParkedPoll, now: number, milliseconds: number): void {
    this.#queue.remove(poll);
    poll.length = milliseconds;
    // It may have ended while its leases were renewed.
    if (this.#byUser.get(poll.user)?.has(poll)) this.#queue.add(poll, now);
  }

  end(poll: ParkedPoll): void {
    this.#queue.remove(poll);
    const polls = this.#byUser.get(poll.user);
    polls?.delete(poll);
    if (polls?.size === 0) this.#byUser.delete(poll.user);
  }

  /** The user has left: polls that are parked now no longer renew these channels. */
  leave(user: string, channels: readonly string[]): void {
    for (const poll of this.#byUser.get(user) ?? []) {
      for (const channel of channels) poll.channels.delete(channel);
    }
  }

  /** The poll that is due first. */
  first(): ParkedPoll | undefined {
    return this.#queue.first();
  }
}
