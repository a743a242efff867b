import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { DueQueue } from '../due-queue.ts';
import { steadyNow } from '../steady-time.ts';
import type { Parked } from './parked.ts';

/** The times at which parked polls end. One timer serves all of them. */
export class Holds {
  readonly #clock: Clock;
  readonly #queue = new DueQueue<Parked>();
  readonly #expire: (parked: Parked) => void;
  #timer: TimerHandle | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** `expire` is called when the time of one is over. */
  constructor(clock: Clock, expire: (parked: Parked) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Begins the time of one, if it has one and did not begin yet. */
  add(parked: Parked): void {
    if (parked.moment !== undefined || parked.length === Number.POSITIVE_INFINITY) return;
    this.#queue.add(parked, steadyNow(this.#clock));
    if (parked.due < this.#firesAt) this.#arm(parked.due);
  }

  remove(parked: Parked): void {
    this.#queue.remove(parked);
    // A timer that finds others is left alone: it asks for the next one when it fires.
    if (!this.#queue.first()) this.#disarm();
  }

  #arm(time: number): void {
    this.#disarm();
    this.#firesAt = time;
    this.#timer = this.#clock.setTimeout(() => this.#fire(), time - steadyNow(this.#clock));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#disarm();
    const now = steadyNow(this.#clock);
    for (let first = this.#queue.first(); first && first.due <= now; first = this.#queue.first()) {
      this.#queue.remove(first);
      this.#expire(first);
    }
    const next = this.#queue.first();
    if (next && next.due < this.#firesAt) this.#arm(next.due);
  }
}
