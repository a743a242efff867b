import { check, DURATION, FINITE, FUNCTION, optional } from '../origin/checks.ts';
import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { MovableClock } from './movable-clock.ts';

interface Timer {
  due: number;
  readonly order: number;
  readonly callback: () => void;
  /** The timer belongs to another machine, and fires while this one sleeps. */
  readonly awake: boolean;
}

/** The first time of a virtual clock: 14 November 2023, 22:13:20 UTC. */
const START = 1_700_000_000_000;
/** The first time of which timetokens have more than 17 digits: 20 November 2286, 17:46:40 UTC. */
const END = 10_000_000_000_000;

/**
 * A clock that stands still until a test moves it. Timers fire in the order they are due.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const origin = createOrigin({ clock });
 * await clock.advance(300_000);
 * ```
 */
export class VirtualClock extends MovableClock {
  /** The same time on another machine, which stays awake while this one sleeps. */
  readonly elsewhere: Clock = {
    now: () => this.#now,
    setTimeout: (callback, milliseconds) => this.#add(callback, milliseconds, true),
    clearTimeout: (timer) => this.clearTimeout(timer),
  };
  readonly #start: number;
  #now: number;
  #passed = 0;
  #asleep = false;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /**
   * `now` is in milliseconds since the Unix epoch. `settle` resolves when nothing more happens by itself; the clock awaits
   * it after each timer. Without it, `atLatest` waits in real time while the clock stands still.
   *
   * Throws a `RangeError` on a time after 20 November 2286, as does everything that moves it there: the timetokens of the
   * protocol end then.
   */
  constructor(now = START, settle?: () => Promise<void>) {
    check('VirtualClock: now', now, FINITE);
    checkTime(now);
    check('VirtualClock: settle', settle, optional(FUNCTION));
    super(settle);
    this.#start = now;
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Milliseconds for which this machine was awake: `jump` and `sleep` do not move it. */
  monotonic(): number {
    return this.#passed;
  }

  setTimeout(callback: () => void, milliseconds: number): TimerHandle {
    return this.#add(callback, milliseconds, false);
  }

  clearTimeout(timer: TimerHandle): void {
    // A timer of another clock is not in the set.
    this.#timers.delete(timer as Timer);
  }

  /** Timers that have not fired yet: zero once clients and origins are closed. */
  get pending(): number {
    return this.#timers.size;
  }

  protected async move(milliseconds: number, isOver?: () => boolean): Promise<void> {
    const end = this.#now + milliseconds;
    checkTime(end);
    await this.settle();
    for (let next = this.#next(end); next !== undefined && !isOver?.(); next = this.#next(end)) {
      this.#timers.delete(next);
      this.#reach(next.due);
      next.callback();
      await this.settle();
    }
    if (isOver && (isOver() || this.pending === 0)) return;
    this.#reach(end);
    await this.settle();
  }

  /** The wall clock jumps. Timers keep their remaining time. */
  jump(milliseconds: number): void {
    check('clock.jump(): milliseconds', milliseconds, FINITE);
    checkTime(this.#now + milliseconds);
    this.#now += milliseconds;
    for (const timer of this.#timers) timer.due += milliseconds;
  }

  /** The machine sleeps: time passes, and only the timers of `elsewhere` fire. */
  async sleep(milliseconds: number): Promise<void> {
    check('clock.sleep(): milliseconds', milliseconds, DURATION);
    checkTime(this.#now + milliseconds);
    for (const timer of this.#timers) if (!timer.awake) timer.due += milliseconds;
    this.#asleep = true;
    try {
      await this.advance(milliseconds);
    } finally {
      this.#asleep = false;
    }
  }

  /** Sets the first time, and removes all timers. */
  reset(): void {
    this.#timers.clear();
    this.#now = this.#start;
  }

  #add(callback: () => void, milliseconds: number, awake: boolean): Timer {
    check('clock.setTimeout(): callback', callback, FUNCTION);
    const due = this.#now + Math.max(0, Number(milliseconds) || 0);
    const timer = { due, order: this.#order++, callback, awake };
    // A timer that never fires is not pending.
    if (due < Number.POSITIVE_INFINITY) this.#timers.add(timer);
    return timer;
  }

  #reach(time: number): void {
    const step = Math.max(0, time - this.#now);
    this.#now += step;
    if (!this.#asleep) this.#passed += step;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

function checkTime(time: number): void {
  if (time < END) return;
  throw new RangeError(
    'The clock must stay before 20 November 2286: the timetokens of the protocol end then.',
  );
}
