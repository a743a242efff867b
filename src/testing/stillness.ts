import type { Clock } from '../protocol/clock.ts';
import { check, FUNCTION } from './checks.ts';
import { afterRealTime } from './system.ts';

/** Calls back when nothing more happens by itself, or when the wait is long enough. Returns a function that cancels. */
export type WhenQuiet = (callback: () => void, milliseconds: number) => () => void;

/** For a clock whose network can say when it is quiet. A rejection, when it does not become quiet, ends the wait too. */
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

/** For a clock without a network: its users may need real time, and nothing says how much. */
export const whenTimeIsUp: WhenQuiet = (callback, milliseconds) => afterRealTime(milliseconds, callback);

/** Detects that the time of a test stands still, so that only the test itself could end a wait. */
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

  /** Whether something waits for time to stand still, after which more will happen by itself. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a function that moves time. */
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

  /** `Clock.atLatest`: in step with a test that moves time, and early in one that does not. */
  readonly atLatest = (milliseconds: number, callback: () => void): (() => void) => {
    check('clock.atLatest(): callback', callback, FUNCTION);
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
