import type { Clock } from '../protocol/clock.ts';
import { afterRealTime } from './system.ts';

/** Calls back when nothing more happens by itself, or when that has been waited for long enough; returns how to cancel. */
export type WhenQuiet = (callback: () => void, milliseconds: number) => () => void;

/** Takes it from a network, or from whoever else can tell. One that does not become quiet has been waited for, too. */
export function whenSettled(settle: () => Promise<void>): WhenQuiet {
  return (callback) => {
    let wanted = true;
    const settled = () => {
      if (wanted) callback();
    };
    settle().then(settled, settled);
    return () => {
      wanted = false;
    };
  };
}

/** For a clock by itself: what it is used with may take real time, and nobody can tell how long. */
export const whenTimeIsUp: WhenQuiet = (callback, milliseconds) => afterRealTime(milliseconds, callback);

/** Knows when the time of a test stands still, so that waiting any longer would be waiting for the test. */
export class Stillness {
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly #whenQuiet: WhenQuiet;
  #moving = 0;
  #moves = 0;
  #waiting = 0;

  constructor(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>, whenQuiet: WhenQuiet) {
    this.#clock = clock;
    this.#whenQuiet = whenQuiet;
  }

  /** Whether something ends as soon as time stands still: until then, more will happen by itself. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** Runs what moves time. */
  async during(move: () => Promise<void>): Promise<void> {
    this.#moves++;
    this.#moving++;
    try {
      await move();
    } finally {
      this.#moves++;
      this.#moving--;
    }
  }

  /** `Clock.atLatest`: a test that moves time gets what comes within it, and one that does not is not kept waiting. */
  readonly atLatest = (milliseconds: number, callback: () => void): (() => void) => {
    let forget: () => void = () => undefined;
    let isOver = false;
    this.#waiting++;
    const cancel = () => {
      if (isOver) return;
      isOver = true;
      this.#waiting--;
      this.#clock.clearTimeout(timer);
      forget();
    };
    const end = () => {
      cancel();
      callback();
    };
    const timer = this.#clock.setTimeout(end, milliseconds);
    const watch = () => {
      const moves = this.#moves;
      forget = this.#whenQuiet(() => {
        if (this.#moving > 0 || moves !== this.#moves) watch();
        else end();
      }, milliseconds);
    };
    watch();
    return cancel;
  };
}
