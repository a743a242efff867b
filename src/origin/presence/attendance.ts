import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import type { OriginLimits } from '../limits.ts';
import type { ShardLog } from '../store/log.ts';
import type { PresenceChange, PresenceStore, Touch } from '../store/store.ts';
import { Announcer } from './announcer.ts';
import { type Stay, Stays } from './stays.ts';

const SWEEP = 1_000;
const RETRY_MS = 1_000;
// A parked poll that ends sooner than this after its leases were renewed need not renew them again.
const FRESH_MS = 1_000;

/** What an attendance is made of. */
export interface AttendanceOptions {
  readonly log: ShardLog;
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  onFailure(error: unknown): void;
}

/** A poll's sign of life for as long as it is parked. */
export interface Parked {
  /** The poll has ended. `alive`: it was answered, which is one more sign of life; not so when the client is gone. */
  end(alive: boolean): void;
}

/**
 * Who is present in one shard: turns signs of life into leases, renews those of parked polls, and lets the others time
 * out. One timer stands for whatever is due next.
 */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #announcer: Announcer;
  readonly #stays = new Stays();
  #timer: TimerHandle | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: AttendanceOptions) {
    const { log, clock, limits, onFailure } = options;
    this.#options = options;
    this.#announcer = new Announcer({ log, clock, intervalMs: limits.announceSeconds * 1000, onFailure });
  }

  /** One sign of life. Resolves to the length of the shortest lease, in milliseconds. */
  async seen(touch: Touch): Promise<number> {
    if (touch.channels.length === 0) return this.#options.limits.presenceSeconds * 1000;
    const { changes, leaseMs } = await this.#options.presence.touch(touch);
    this.#note(changes);
    this.#wakeBy(this.#options.clock.now() + leaseMs);
    return leaseMs;
  }

  /** A sign of life that goes on until it is ended. */
  async park(touch: Touch): Promise<Parked> {
    // Before the leases are renewed: a leave that comes meanwhile must find it.
    const stay = this.#stays.begin(touch.user, touch.channels, touch.leaseMs);
    try {
      await this.#renew(stay, touch);
    } catch (error) {
      this.#stays.end(stay);
      throw error;
    }
    return { end: (alive) => this.#end(stay, alive) };
  }

  /** The user leaves: its leases end, and so do the renewals of its polls that are parked now. */
  async leave(user: string, channels: readonly string[]): Promise<void> {
    this.#stays.leave(user, channels);
    this.#note(await this.#options.presence.leave(user, channels));
  }

  /** Sets a user's state by channel, whether they are present there or not. */
  async setState(user: string, states: ReadonlyMap<string, string>): Promise<void> {
    if (states.size === 0) return;
    const { changes, leaseMs } = await this.#options.presence.setState(user, states);
    this.#note(changes);
    this.#wakeBy(this.#options.clock.now() + leaseMs);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#announcer.close();
  }

  async #renew(stay: Stay, touch: Touch): Promise<void> {
    const { clock } = this.#options;
    const leaseMs = await this.seen(touch);
    const half = Math.max(1, Math.floor(leaseMs / 2));
    this.#stays.renewed(stay, clock.now(), half);
    this.#wakeBy(clock.now() + half);
  }

  #end(stay: Stay, alive: boolean): void {
    const age = this.#options.clock.now() - (stay.due - stay.length);
    this.#stays.end(stay);
    if (!alive || this.#closed || age < FRESH_MS) return;
    this.seen(lifeOf(stay)).catch((error: unknown) => this.#options.onFailure(error));
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
    this.#keepUp().catch((error: unknown) => {
      this.#options.onFailure(error);
      this.#wakeBy(this.#options.clock.now() + RETRY_MS);
    });
  }

  // Renewing comes first: when the machine has slept, whoever is still connected has not timed out.
  async #keepUp(): Promise<void> {
    const { clock, presence } = this.#options;
    for (let stay = this.#stays.first(); stay && stay.due <= clock.now(); stay = this.#stays.first()) {
      await this.#renew(stay, lifeOf(stay));
    }
    const { changes, next } = await presence.sweep(SWEEP);
    this.#note(changes);
    const soonest = Math.min(
      next ?? Number.POSITIVE_INFINITY,
      this.#stays.first()?.due ?? Number.POSITIVE_INFINITY,
    );
    if (soonest < Number.POSITIVE_INFINITY) this.#wakeBy(soonest);
  }
}

function lifeOf({ user, channels, leaseMs }: Stay): Touch {
  return { user, channels: [...channels], leaseMs };
}
