import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { letExit } from '../let-exit.ts';
import type { OriginLimits } from '../limits.ts';
import { steadyNow } from '../steady-time.ts';
import type { PresenceExcess, PresenceStore, Touch } from '../store/presence.ts';
import type { NextTurn } from '../turns.ts';
import { type Left, type Parked, Renewal, Renewals, type Renewed } from './renewals.ts';
import { Round } from './touch-queue.ts';
import { Toucher } from './toucher.ts';

// Leases and changes of one sweep, and leases that are renewed before others have their turn.
const MAX_SWEEP = 500;
const MAX_RENEWED = 500;
const RETRY_MS = 1_000;
// What other origins have begun is looked for so often, at least.
const SWEEP_MS = 10_000;
// A parked poll whose leases were renewed less than this ago does not renew them when it ends.
const FRESH_MS = 1_000;

/** The parts of a tracker. */
export interface PresenceTrackerOptions {
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly nextTurn: NextTurn;
  /** `true` if the store answers in the turn of the call. */
  readonly isLocal: boolean;
  /** `true` if other origins use the store too, each of which may end with its leases. */
  readonly isShared: boolean;
  /** `true` while there are requests that may ask. Absent: always. */
  isUsed?(): boolean;
  onFailure(error: unknown): void;
}

const NOTHING_PARKED: Parked = { end: () => undefined };

/**
 * The presence of one shard, as one origin serves it: requests renew leases, parked polls keep theirs renewed, and what
 * is due in the store is swept, whichever origin has begun it. The leases of all requests of a turn are renewed in one
 * call. One timer wakes it for the next renewal or sweep.
 */
export class PresenceTracker {
  readonly #options: PresenceTrackerOptions;
  readonly #announceMs: number;
  readonly #leaseMs: number;
  readonly #sweepMs: number;
  readonly #renewals = new Renewals();
  readonly #toucher: Toucher;
  readonly #onEnd = (renewal: Renewal, alive: boolean) => this.#end(renewal, alive);
  #isAwake = false;
  #isIdle = false;
  #timer: TimerHandle | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: PresenceTrackerOptions) {
    this.#options = options;
    this.#toucher = new Toucher({
      ...options,
      onOver: (round) => this.#settle(round),
      onFailure: (error) => options.onFailure(error),
    });
    this.#announceMs = options.limits.announceSeconds * 1000;
    this.#leaseMs = options.limits.presenceSeconds * 1000;
    // Before an interval of another origin is over, but not all the time.
    const sweepMs = Math.min(SWEEP_MS, Math.max(RETRY_MS, this.#announceMs));
    this.#sweepMs = options.isShared ? sweepMs : Number.POSITIVE_INFINITY;
  }

  /** Sweeps what was due meanwhile; if that fails, it is swept later. Never rejects. */
  async start(): Promise<void> {
    await this.#wake();
  }

  /**
   * Renews leases, and begins those for which there is room. Resolves to the length of the shortest, and to the limit
   * that others would have exceeded. Rejects when the store does.
   */
  touch(touch: Touch): Promise<Renewed> {
    return new Promise((resolve, reject) => {
      if (touch.channels.length === 0)
        resolve({ leaseMs: touch.leaseMs ?? this.#leaseMs, excess: undefined });
      else this.#begin(new Renewal(touch, { resolve, reject }, this.#onEnd));
    });
  }

  /** Renews leases for as long as a poll is parked: with the others of this turn, and from then on. Failures are retried. */
  park(touch: Touch): Parked {
    return touch.channels.length === 0
      ? NOTHING_PARKED
      : this.#begin(new Renewal(touch, undefined, this.#onEnd));
  }

  /** Ends the leases of one instance of a user, and their renewal by polls that are parked now. */
  async leave(user: string, channels: readonly string[], instance = ''): Promise<void> {
    this.#renewals.leave(user, { instance, channels });
    await this.#options.presence.leave(user, channels, instance);
    this.#wakeIn(this.#announceMs);
  }

  /** The log tells that a user has left: polls that were parked before renew these leases no more. */
  left(user: string, left: Left): void {
    this.#renewals.hear(user, left);
  }

  /** Sets a user's state by channel, whether they are present there or not. Resolves to the limit that some would have exceeded. */
  async setState(user: string, states: ReadonlyMap<string, string>): Promise<PresenceExcess | undefined> {
    if (states.size === 0) return undefined;
    this.#renewals.setState(user, states);
    const { leaseMs, excess } = await this.#options.presence.setState(user, states);
    this.#wakeIn(leaseMs);
    return excess;
  }

  /** Requests come, or somebody's presence has changed, perhaps by another origin, which may end with their leases. */
  notice(): void {
    this.#wakeIn(this.#sweepMs);
  }

  /** `true` if nothing was due at the last sweep, nor will be. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(renewal: Renewal): Renewal {
    this.#isIdle = false;
    this.#renewals.add(renewal);
    this.#toucher.add(this.#round(renewal));
    return renewal;
  }

  #round(renewal: Renewal): Round {
    renewal.isUnderWay = true;
    return new Round(renewal, this.#leaseMs);
  }

  #end(renewal: Renewal, alive: boolean): void {
    if (!renewal.isParked) return;
    renewal.isParked = false;
    this.#renewals.unschedule(renewal);
    // It ends when its result is there.
    if (renewal.isUnderWay) return;
    const age = steadyNow(this.#options.clock) - (renewal.due - renewal.length);
    if (alive && !this.#closed && age >= FRESH_MS) this.#toucher.add(this.#round(renewal));
    else this.#renewals.remove(renewal);
  }

  #settle({ renewal, at, leaseMs, excess, error }: Round): void {
    renewal.isUnderWay = false;
    if (error) renewal.waiter?.reject(error.cause);
    else renewal.waiter?.resolve({ leaseMs, excess });
    renewal.renewed(error ? renewal.at : at);
    const now = steadyNow(this.#options.clock);
    if (!error) {
      renewal.states = undefined;
      this.#wakeIn(Math.min(leaseMs, this.#announceMs), now);
    }
    if (!renewal.isParked) return void this.#renewals.remove(renewal);
    const milliseconds = error ? RETRY_MS : Math.max(1, Math.floor(leaseMs / 2));
    this.#renewals.schedule(renewal, now, milliseconds);
    this.#wakeIn(milliseconds, now);
  }

  #wakeIn(milliseconds: number, now = steadyNow(this.#options.clock)): void {
    const { clock } = this.#options;
    const time = now + milliseconds;
    if (this.#closed || time >= this.#wakesAt) return;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#wakesAt = time;
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      this.#wakesAt = Number.POSITIVE_INFINITY;
      void this.#wake();
    }, milliseconds);
    letExit(this.#timer);
  }

  /** Never rejects. */
  async #wake(): Promise<void> {
    // What runs already looks at everything that is due.
    if (this.#isAwake) return this.#wakeIn(RETRY_MS);
    this.#isAwake = true;
    try {
      this.#wakeIn(await this.#renewAndSweep());
    } catch (error) {
      this.#options.onFailure(error);
      this.#wakeIn(RETRY_MS);
    }
    this.#isAwake = false;
  }

  /** Resolves to the milliseconds until it is due again. */
  async #renewAndSweep(): Promise<number> {
    const { presence, nextTurn, clock } = this.#options;
    for (;;) {
      // Renewals come first: after the machine has slept, users who are still connected have not timed out.
      if (!(await this.#renewDue()) || this.#closed) return RETRY_MS;
      const { nextMs = Number.POSITIVE_INFINITY } = await presence.sweep(MAX_SWEEP);
      this.#isIdle = nextMs === Number.POSITIVE_INFINITY;
      const renewal = this.#renewals.first();
      const dueMs = renewal ? renewal.due - steadyNow(clock) : Number.POSITIVE_INFINITY;
      // Others may begin leases, which nobody asks for while there is neither a lease nor a request.
      const isRestful = this.#isIdle && this.#options.isUsed?.() === false;
      const soonest = Math.min(nextMs, dueMs, isRestful ? Number.POSITIVE_INFINITY : this.#sweepMs);
      if (soonest > 0 || this.#closed) return soonest;
      await nextTurn();
    }
  }

  /** Resolves to `false` if a call has failed: its renewals are due again later, and so are those after it. */
  async #renewDue(): Promise<boolean> {
    for (let due = this.#takeDue(); due.length > 0; due = this.#takeDue()) {
      if (!(await this.#toucher.sendAll(due))) return false;
      await this.#options.nextTurn();
    }
    return true;
  }

  #takeDue(): readonly Round[] {
    const rounds: Round[] = [];
    const now = steadyNow(this.#options.clock);
    for (let channels = 0; channels < MAX_RENEWED && !this.#closed; ) {
      const first = this.#renewals.first();
      if (!first || first.due > now) break;
      this.#renewals.unschedule(first);
      channels += first.channels.length;
      rounds.push(this.#round(first));
    }
    return rounds;
  }
}
