import type { PresenceExcess, Touch, Touched } from '../store/presence.ts';
import { HIGHEST_STAMP, type Stamp } from '../store/stamp.ts';
import type { Renewal } from './renewals.ts';

/** One round of a renewal, which takes several calls if it has many channels. */
export class Round {
  readonly renewal: Renewal;
  /** Channels that were sent. */
  sent = 0;
  /** Calls without a result yet. */
  calls = 0;
  leaseMs: number;
  /** The position of the log at which it took effect, of the first call. */
  at: Stamp = HIGHEST_STAMP;
  excess: PresenceExcess | undefined;
  error: { readonly cause: unknown } | undefined;
  next: Round | undefined;

  constructor(renewal: Renewal, defaultMs: number) {
    this.renewal = renewal;
    this.leaseMs = renewal.leaseMs ?? defaultMs;
  }

  /** `true` if all was sent, and all results are there. */
  get isOver(): boolean {
    return this.calls === 0 && (this.error !== undefined || this.sent >= this.renewal.channels.length);
  }

  take({ at, leaseMs, excess }: Touched): void {
    if (at < this.at) this.at = at;
    this.leaseMs = Math.min(this.leaseMs, leaseMs);
    this.excess ??= excess;
  }

  /** The next channels, at most so many; those that the user has left meanwhile are not renewed. */
  nextTouch(max: number): Touch {
    const { user, instance, channels, leaseMs, states, kept } = this.renewal;
    const end = Math.min(channels.length, this.sent + max);
    const part = end - this.sent < channels.length ? channels.slice(this.sent, end) : channels;
    this.sent = end;
    // An object of its own: what else a renewal has does not pass to a store in another process.
    const left = kept ? part.filter((name) => kept.has(name)) : part;
    return { user, instance, channels: left, leaseMs, states };
  }
}

/** One call of the store: parts of rounds. */
export class TouchCall {
  readonly rounds: Round[] = [];
  /** What is asked. Nothing for a round whose user has left all channels. */
  readonly touches: Touch[] = [];
  /** The rounds of these touches. */
  readonly asked: Round[] = [];

  add(round: Round, max: number): void {
    const touch = round.nextTouch(max);
    round.calls++;
    this.rounds.push(round);
    if (touch.channels.length === 0) return;
    this.touches.push(touch);
    this.asked.push(round);
  }
}

/** Rounds in the order in which they came. */
export class TouchQueue {
  #first: Round | undefined;
  #last: Round | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(round: Round): void {
    if (this.#last) this.#last.next = round;
    else this.#first = round;
    this.#last = round;
  }

  /** Takes parts with so many channels in all, at most. */
  take(max: number): TouchCall {
    const call = new TouchCall();
    for (let left = max, round = this.#first; round && left > 0; round = this.#first) {
      const before = round.sent;
      if (round.error === undefined) {
        call.add(round, left);
        left -= round.sent - before;
      }
      if (round.error === undefined && round.sent < round.renewal.channels.length) break;
      this.#first = round.next;
      if (!this.#first) this.#last = undefined;
    }
    return call;
  }
}
