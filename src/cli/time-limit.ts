import type { Clock } from 'timetoken';

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  // Only handles of `setTimeout` above come here.
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** A time after which a command ends; without `milliseconds`, never. */
export class TimeLimit implements Disposable {
  /** Resolves when the time is over. */
  readonly over: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
  readonly #clock: Clock;
  readonly #milliseconds: number | undefined;
  #timer: unknown;
  #disposed = false;

  constructor(milliseconds: number | undefined, clock: Clock = systemClock) {
    this.#milliseconds = milliseconds;
    this.#clock = clock;
    this.over = this.#end.promise;
  }

  /** Starts the timer. */
  start(): void {
    if (this.#milliseconds === undefined || this.#disposed) return;
    this.#timer = this.#clock.setTimeout(() => this.#end.resolve(), this.#milliseconds);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
