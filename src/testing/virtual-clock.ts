import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { check, FINITE, FORWARD } from './given.ts';
import { Stillness, whenSettled, whenTimeIsUp } from './stillness.ts';
import { settle } from './system.ts';

interface Timer {
  due: number;
  readonly order: number;
  readonly callback: () => void;
  /** It fires also while the machine sleeps: it is another machine's. */
  readonly awake: boolean;
}

/** When a virtual clock begins: 14 November 2023, 22:13:20 UTC. */
const BEGINNING = 1_700_000_000_000;

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
export class VirtualClock implements Clock {
  /** The same time on another machine, which is awake while this one sleeps. */
  readonly elsewhere: Clock = {
    now: () => this.#now,
    setTimeout: (callback, milliseconds) => this.#add(callback, milliseconds, true),
    clearTimeout: (timer) => this.clearTimeout(timer),
  };
  readonly #beginning: number;
  #now: number;
  #passed = 0;
  #asleep = false;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #settle: () => Promise<void>;
  readonly #stillness: Stillness;
  /** Calls back after so many milliseconds, or before: when the clock stands, and waiting for it would be no use. */
  readonly atLatest: (milliseconds: number, callback: () => void) => () => void;

  /**
   * `now` in milliseconds since the Unix epoch; `settle` is waited for after each timer that fires. It tells when nothing
   * more happens by itself; without it, what happens while the clock stands is waited for in real time.
   */
  constructor(now = BEGINNING, settleAfter?: () => Promise<void>) {
    check('VirtualClock: now', now, FINITE);
    this.#beginning = now;
    this.#now = now;
    this.#settle = settleAfter ?? settle;
    this.#stillness = new Stillness(this, settleAfter ? whenSettled(settleAfter) : whenTimeIsUp);
    this.atLatest = this.#stillness.atLatest;
  }

  now(): number {
    return this.#now;
  }

  /** Milliseconds that this machine was awake: neither `jump` nor `sleep` moves it. */
  monotonic(): number {
    return this.#passed;
  }

  setTimeout(callback: () => void, milliseconds: number): TimerHandle {
    return this.#add(callback, milliseconds, false);
  }

  clearTimeout(timer: TimerHandle): void {
    // Other clocks' timers are not among its own.
    this.#timers.delete(timer as Timer);
  }

  /** Timers that have not fired yet: zero once clients and origins are closed. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Whether something ends as soon as the clock stands still, such as a client that is being closed. */
  get isAwaited(): boolean {
    return this.#stillness.isAwaited;
  }

  /** Moves time on, firing what is due on the way and letting promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    check('clock.advance(): milliseconds', milliseconds, FORWARD);
    return this.#stillness.during(() => this.#advance(milliseconds));
  }

  async #advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.#settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#reach(next.due);
      next.callback();
      await this.#settle();
    }
    this.#reach(end);
    await this.#settle();
  }

  /** The wall clock jumps: timers stay where they were, relative to the new time. */
  jump(milliseconds: number): void {
    check('clock.jump(): milliseconds', milliseconds, FINITE);
    this.#now += milliseconds;
    for (const timer of this.#timers) timer.due += milliseconds;
  }

  /** The machine sleeps: time passes, and timers fire elsewhere only. */
  async sleep(milliseconds: number): Promise<void> {
    check('network.sleep(): milliseconds', milliseconds, FORWARD);
    for (const timer of this.#timers) if (!timer.awake) timer.due += milliseconds;
    this.#asleep = true;
    try {
      await this.advance(milliseconds);
    } finally {
      this.#asleep = false;
    }
  }

  /** Begins anew, without any timers. */
  reset(): void {
    this.#timers.clear();
    this.#now = this.#beginning;
  }

  #add(callback: () => void, milliseconds: number, awake: boolean): Timer {
    const due = this.#now + Math.max(0, Number(milliseconds) || 0);
    const timer = { due, order: this.#order++, callback, awake };
    // What never fires is not pending.
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
