import type { Clock, TimerHandle } from '../../protocol/clock.ts';

// Taken hold of here, before a test can replace them: an end that fake timers hold up would never come.
const { setTimeout: later, clearTimeout: never } = globalThis;

/** The runtime's own clock. The functions are looked up at each call, so that fake timers take effect. */
export const systemClock: Required<Clock> = Object.freeze({
  now: () => Date.now(),
  monotonic: () => globalThis.performance.now(),
  setTimeout: (callback: () => void, milliseconds: number) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) =>
    globalThis.clearTimeout(timer as Parameters<typeof globalThis.clearTimeout>[0]),
  atLatest: (milliseconds: number, callback: () => void) => {
    const timer = later(callback, milliseconds);
    return () => never(timer);
  },
});

/** A clock that can be relied on: it also tells how much time has passed, and its timers wait as long as they are told. */
export interface SteadyClock extends Clock {
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls back after so many milliseconds at the latest; returns how to cancel. */
  atLatest(milliseconds: number, callback: () => void): () => void;
}

/** Without a clock of its own for it, more than this between two readings is a jump and no time, in milliseconds. */
const LONGEST_STEP = 10_000;

/** Runtimes fire timers of a longer delay at once, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Makes a clock reliable. Its timers take any delay: above 2^31 - 1 ms they wait in slices, `Infinity` never fires and
 * holds nothing, and `NaN` and what is below zero count as 0.
 */
export function steadyClock(clock: Clock): SteadyClock {
  return Object.freeze({
    now: () => clock.now(),
    monotonic: isSteady(clock) ? reading(() => clock.monotonic()) : derivedFrom(reading(() => clock.now())),
    setTimeout: (callback: () => void, milliseconds: number) => {
      const delay = milliseconds > 0 ? milliseconds : 0;
      return delay > LONGEST_TIMER
        ? new LongTimer(clock, callback, delay)
        : clock.setTimeout(callback, delay);
    },
    atLatest: (milliseconds: number, callback: () => void) => {
      try {
        const forget: unknown = clock.atLatest?.(milliseconds, callback);
        if (typeof forget === 'function') return () => quietly(() => forget());
        const timer = clock.atLatest ? undefined : clock.setTimeout(callback, milliseconds);
        return () => quietly(() => clock.clearTimeout(timer));
      } catch {
        // Too early is better than never.
        callback();
        return () => undefined;
      }
    },
    clearTimeout: (timer: TimerHandle) =>
      quietly(() => (timer instanceof LongTimer ? timer.clear() : clock.clearTimeout(timer))),
  });
}

// What cannot be cancelled fires, and finds that nobody waits for it any more: that may not fail what is over.
function quietly(cancel: () => void): void {
  try {
    cancel();
  } catch {
    // As above.
  }
}

function isSteady(clock: Clock): clock is Clock & Pick<SteadyClock, 'monotonic'> {
  return typeof clock.monotonic === 'function';
}

// A clock that throws, or says what is no time, stands still meanwhile: nothing else may fail for it.
function reading(read: () => unknown): () => number {
  let last = 0;
  return () => {
    try {
      const time = read();
      if (typeof time === 'number' && Number.isFinite(time)) last = time;
    } catch {
      // As above.
    }
    return last;
  };
}

// Whoever needs it exactly reads it more often than the longest step: the watch for sleep does while the loop works.
function derivedFrom(read: () => number): () => number {
  let last: number | undefined;
  let passed = 0;
  return () => {
    const now = read();
    passed += Math.min(Math.max(now - (last ?? now), 0), LONGEST_STEP);
    last = now;
    return passed;
  };
}

class LongTimer {
  readonly #clock: Clock;
  readonly #callback: () => void;
  #slice: TimerHandle;

  constructor(clock: Clock, callback: () => void, delay: number) {
    this.#clock = clock;
    this.#callback = callback;
    if (delay < Number.POSITIVE_INFINITY) this.#wait(delay);
  }

  clear(): void {
    this.#clock.clearTimeout(this.#slice);
  }

  #wait(delay: number): void {
    const slice = Math.min(delay, LONGEST_TIMER);
    this.#slice = this.#clock.setTimeout(() => {
      if (delay > slice) this.#wait(delay - slice);
      else this.#callback();
    }, slice);
  }
}
