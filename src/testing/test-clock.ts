import type { Clock } from '../protocol/clock.ts';
import { check, FORWARD } from './given.ts';
import { Stillness, whenSettled } from './stillness.ts';
import { globalClock } from './system.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Fake timers of a test runner: `vi` of vitest and `jest` are such objects. */
export interface FakeTimers {
  advanceTimersByTimeAsync(milliseconds: number): Promise<unknown>;
  setSystemTime(now: number): unknown;
  getTimerCount(): number;
}

/** Time, as a test moves it. */
export interface TestClock extends Clock {
  /** Timers that have not fired yet: zero once clients and origins are closed. */
  readonly pending: number;
  /** Moves time on for clients and origin together; resolves when everything that follows has happened. */
  advance(milliseconds: number): Promise<void>;
}

/** Time of a network. */
export interface NetworkClock extends TestClock {
  /** Time as the origin sees it. */
  readonly elsewhere: Clock;
  /** Whether something ends as soon as time stands still, such as a client that is being closed. */
  readonly isAwaited: boolean;
  /** The clients' machine sleeps. */
  sleep(milliseconds: number): Promise<void>;
  reset(): void;
}

/** Whose time it is: see the option `time`. */
export type TimeSource = 'virtual' | 'global' | FakeTimers;

/** Makes the clock of a network. Throws a `TypeError` when there is none such. */
export function networkClock(time: TimeSource, settle: () => Promise<void>): NetworkClock {
  if (time === 'virtual') return new VirtualClock(undefined, settle);
  if (time === 'global') return new GlobalClock(undefined, settle);
  if (isFakeTimers(time)) return new GlobalClock(time, settle);
  throw new TypeError('The option time is "virtual", "global", or fake timers as `vi` of vitest.');
}

function isFakeTimers(time: unknown): time is FakeTimers {
  const { advanceTimersByTimeAsync, setSystemTime, getTimerCount } = Object(time);
  return [advanceTimersByTimeAsync, setSystemTime, getTimerCount].every((each) => typeof each === 'function');
}

/** Fake time moves on in steps of at most so many milliseconds: what a timer sets off may set the next one. */
const STEP = 1_000;

/** The time of `globalThis`, which fake timers move. */
class GlobalClock implements NetworkClock {
  readonly elsewhere = globalClock;
  readonly now = globalClock.now;
  readonly setTimeout = globalClock.setTimeout;
  readonly clearTimeout = globalClock.clearTimeout;
  readonly atLatest: NonNullable<Clock['atLatest']>;
  readonly #timers: FakeTimers | undefined;
  readonly #settle: () => Promise<void>;
  readonly #stillness: Stillness;

  constructor(timers: FakeTimers | undefined, settle: () => Promise<void>) {
    this.#timers = timers;
    this.#settle = settle;
    this.#stillness = new Stillness(globalClock, whenSettled(settle));
    this.atLatest = this.#stillness.atLatest;
  }

  get isAwaited(): boolean {
    return this.#stillness.isAwaited;
  }

  get pending(): number {
    return this.#fake().getTimerCount();
  }

  async advance(milliseconds: number): Promise<void> {
    check('clock.advance(): milliseconds', milliseconds, FORWARD);
    const timers = this.#fake();
    return this.#stillness.during(async () => {
      await this.#settle();
      for (let left = milliseconds; left >= 0; left -= STEP) {
        await timers.advanceTimersByTimeAsync(Math.min(left, STEP));
        await this.#settle();
      }
    });
  }

  // Nobody's timers fire meanwhile: the runner has but one clock.
  async sleep(milliseconds: number): Promise<void> {
    check('network.sleep(): milliseconds', milliseconds, FORWARD);
    this.#fake().setSystemTime(this.now() + milliseconds);
  }

  reset(): void {
    // The time is the test's.
  }

  #fake(): FakeTimers {
    if (this.#timers) return this.#timers;
    throw new TypeError(
      'The network lives in the time of globalThis: move that, for example by vi.advanceTimersByTimeAsync(), or make the network with { time: vi }.',
    );
  }
}
