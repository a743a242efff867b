import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { type Due, DueQueue } from './due-queue.ts';
import { letExit } from './let-exit.ts';
import { steadyNow } from './steady-time.ts';

// Streams that began within this time have their comments together, so that the timer does not fire for each of them.
const STEP_MS = 250;

// Clients wait for forty seconds, and one comment may be lost in a delay.
const LONGEST_MS = 20_000;

/** A stream that wants comments. Its `length` is the time between two. */
export interface Commented extends Due {
  comment(): void;
}

/** Lets open streams have a comment again and again, so that nobody on the way takes them for dead. One timer serves all. */
export class Comments {
  /** Between two comments; 0: there are none. */
  readonly milliseconds: number;
  readonly #clock: Clock;
  readonly #queue = new DueQueue<Commented>();
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.milliseconds = seconds * 1000;
  }

  /** `false` if clients would take a stream for dead between two of them. */
  get areFrequent(): boolean {
    return this.milliseconds > 0 && this.milliseconds <= LONGEST_MS;
  }

  add(stream: Commented): void {
    if (this.milliseconds === 0) return;
    this.#queue.add(stream, this.#begin());
    if (this.#timer === undefined) this.#arm();
  }

  /** Without streams no timer runs. */
  remove(stream: Commented): void {
    this.#queue.remove(stream);
    if (this.#queue.first() || this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(): number {
    const now = steadyNow(this.#clock);
    return this.milliseconds < 2 * STEP_MS ? now : Math.floor(now / STEP_MS) * STEP_MS;
  }

  // The time is the same for all, so that nobody is due before those who were there already.
  #arm(): void {
    const first = this.#queue.first();
    if (!first) return;
    this.#timer = this.#clock.setTimeout(() => this.#fire(), Math.max(0, first.due - steadyNow(this.#clock)));
    letExit(this.#timer);
  }

  #fire(): void {
    this.#timer = undefined;
    const now = steadyNow(this.#clock);
    const begin = this.#begin();
    for (let first = this.#queue.first(); first && first.due <= now; first = this.#queue.first()) {
      this.#queue.add(first, begin);
      first.comment();
    }
    if (this.#timer === undefined) this.#arm();
  }
}
