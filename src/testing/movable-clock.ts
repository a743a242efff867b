import { check, DURATION, FUNCTION } from '../origin/checks.ts';
import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { afterRealTime, settle as turns } from './system.ts';

/** Calls back when nothing more happens by itself, or when the wait is long enough. Returns a function that cancels. */
type WhenQuiet = (callback: () => void, milliseconds: number) => () => void;

/** For a clock whose network can say when it is quiet. A rejection, when it does not become quiet, ends the wait too. */
function whenSettled(settle: () => Promise<void>): WhenQuiet {
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
const whenTimeIsUp: WhenQuiet = (callback, milliseconds) => afterRealTime(milliseconds, callback);

/** A clock that a test moves. It detects that time stands still, so that only the test itself could end a wait. */
export abstract class MovableClock implements Clock {
  abstract now(): number;
  abstract setTimeout(callback: () => void, milliseconds: number): TimerHandle;
  abstract clearTimeout(timer: TimerHandle): void;
  /**
   * Moves time, and awaits `settle` after each step. With a condition, it ends at the step whose consequences fulfil it, or
   * where no timer is left.
   */
  protected abstract move(milliseconds: number, isOver?: () => boolean): Promise<void>;
  /** Resolves when nothing more happens by itself. */
  protected readonly settle: () => Promise<void>;
  readonly #whenQuiet: WhenQuiet;
  #moving = 0;
  #moves = 0;
  #waiting = 0;

  constructor(settle: (() => Promise<void>) | undefined) {
    this.settle = settle ?? turns;
    this.#whenQuiet = settle ? whenSettled(settle) : whenTimeIsUp;
  }

  /** `true` if something waits for time to stand still, such as a client that is being closed. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** Moves time forward. Fires the timers that become due, and lets promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    check('clock.advance(): milliseconds', milliseconds, DURATION);
    await this.#move(milliseconds);
  }

  /** Moves time forward from timer to timer, by so many milliseconds at most, until a condition holds or no timer is left. */
  async advanceUntil(isOver: () => boolean, milliseconds: number): Promise<void> {
    await this.#move(milliseconds, isOver);
  }

  /** Calls back after so many milliseconds, or as soon as time stands still and nothing else happens. */
  readonly atLatest = (milliseconds: number, callback: () => void): (() => void) => {
    check('clock.atLatest(): callback', callback, FUNCTION);
    let forget: () => void = () => undefined;
    let isOver = false;
    this.#waiting++;
    const cancel = () => {
      if (isOver) return;
      isOver = true;
      this.#waiting--;
      this.clearTimeout(timer);
      forget();
    };
    const end = () => {
      cancel();
      callback();
    };
    const timer = this.setTimeout(end, milliseconds);
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

  async #move(milliseconds: number, isOver?: () => boolean): Promise<void> {
    this.#moves++;
    this.#moving++;
    try {
      await this.move(milliseconds, isOver);
    } finally {
      this.#moves++;
      this.#moving--;
    }
  }
}
