import { pauseFor } from '../../runtime/signals.ts';
import type { SteadyClock } from '../../runtime/steady-clock.ts';

// Timers have no finer steps, and what a sum of fractions is short of would be waited for without end.
const LEAST = 1;

/** Spaces requests evenly: after a time without any there is no burst. */
export class Pace {
  readonly #clock: SteadyClock;
  readonly #spacing: number;
  #next = Number.NEGATIVE_INFINITY;

  constructor(clock: SteadyClock, perSecond = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#spacing = 1_000 / perSecond;
  }

  /** Waits until a request may begin, which then counts. Rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    for (let left = this.#left; left > 0; left = this.#left)
      await pauseFor(this.#clock, Math.max(LEAST, left), signal);
    this.#next = this.#clock.monotonic() + this.#spacing;
  }

  /** Lets nothing begin for a number of milliseconds. */
  hold(milliseconds: number): void {
    this.#next = Math.max(this.#next, this.#clock.monotonic() + milliseconds);
  }

  get #left(): number {
    return this.#next - this.#clock.monotonic();
  }
}
