import type { Clock } from '../protocol/clock.ts';
import { MovableClock } from './movable-clock.ts';
import { globalClock } from './system.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Fake timers of a test runner: `vi` of vitest and `jest` are such objects. */
export interface FakeTimers {
  advanceTimersByTimeAsync(milliseconds: number): Promise<unknown>;
  setSystemTime(now: number): unknown;
  getTimerCount(): number;
  /** With it, `network.settled()` ends exactly when its promise settles; without it, up to a second later. */
  advanceTimersToNextTimerAsync?(): Promise<unknown>;
}

/** The time of a network, which a test moves. */
export interface TestClock extends Clock {
  /** Timers that have not fired yet: zero once clients and origins are closed. */
  readonly pending: number;
  /** Moves time forward for clients and origin together. Resolves when everything that follows has happened. */
  advance(milliseconds: number): Promise<void>;
}

/** The clock of a network, as its parts see it. */
export interface NetworkClock extends TestClock {
  /** The time of the origin. */
  readonly elsewhere: Clock;
  /** `true` if something waits for time to stand still, such as a client that is being closed. */
  readonly isAwaited: boolean;
  /** Moves time on from timer to timer until a condition holds, no timer is left, or so many milliseconds have passed. */
  advanceUntil(isOver: () => boolean, milliseconds: number): Promise<void>;
  /** The clients' machine sleeps. */
  sleep(milliseconds: number): Promise<void>;
  reset(): void;
}

/** See the option `time`. */
export type TimeSource = 'virtual' | 'global' | FakeTimers;

/** Makes the clock of a network. Throws a `TypeError` on an invalid source. */
export function networkClock(time: TimeSource, settle: () => Promise<void>): NetworkClock {
  if (time === 'virtual') return new VirtualClock(undefined, settle);
  if (time === 'global') return new GlobalClock(undefined, settle);
  if (isFakeTimers(time)) return new GlobalClock(time, settle);
  throw new TypeError('The option time must be "virtual", "global", or fake timers such as `vi` of vitest.');
}

function isFakeTimers(time: unknown): time is FakeTimers {
  const { advanceTimersByTimeAsync, setSystemTime, getTimerCount } = Object(time);
  return [advanceTimersByTimeAsync, setSystemTime, getTimerCount].every((each) => typeof each === 'function');
}

/** The longest step of fake time: an effect of one timer may set the next one. */
const STEP_MS = 1_000;

/** The time of `globalThis`, which fake timers can move. */
class GlobalClock extends MovableClock implements NetworkClock {
  readonly elsewhere = globalClock;
  readonly now = globalClock.now;
  readonly setTimeout = globalClock.setTimeout;
  readonly clearTimeout = globalClock.clearTimeout;
  readonly #timers: FakeTimers | undefined;

  constructor(timers: FakeTimers | undefined, settle: () => Promise<void>) {
    super(settle);
    this.#timers = timers;
  }

  get pending(): number {
    return this.#fake().getTimerCount();
  }

  protected async move(milliseconds: number, isOver?: () => boolean): Promise<void> {
    const timers = this.#fake();
    await this.settle();
    if (isOver) return this.#moveUntil(isOver, this.now() + milliseconds);
    for (let left = milliseconds; left >= 0; left -= STEP_MS) {
      await timers.advanceTimersByTimeAsync(Math.min(left, STEP_MS));
      await this.settle();
    }
  }

  async #moveUntil(isOver: () => boolean, end: number): Promise<void> {
    const timers = this.#fake();
    while (!isOver() && timers.getTimerCount() > 0 && this.now() < end) {
      if (timers.advanceTimersToNextTimerAsync) await timers.advanceTimersToNextTimerAsync();
      else await timers.advanceTimersByTimeAsync(STEP_MS);
      await this.settle();
    }
  }

  // No timers fire meanwhile, the origin's neither: fake timers have one clock only.
  async sleep(milliseconds: number): Promise<void> {
    this.#fake().setSystemTime(this.now() + milliseconds);
  }

  reset(): void {
    // The test owns the time.
  }

  #fake(): FakeTimers {
    if (this.#timers) return this.#timers;
    throw new TypeError(
      'The network uses the time of globalThis: move that, for example by vi.advanceTimersByTimeAsync(), or make the network with { time: vi }.',
    );
  }
}
