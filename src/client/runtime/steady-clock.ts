import type { Clock, TimerHandle } from '../../protocol/clock.ts';

// Stored here, before a test can replace them: with fake timers, `atLatest` would never fire.
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

/** A reliable clock: it measures passed time, and its timers take any delay. */
export interface SteadyClock extends Clock {
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls back after a number of milliseconds at the latest; returns how to cancel. */
  atLatest(milliseconds: number, callback: () => void): () => void;
}

/** Without a monotonic clock, a longer difference between two readings is a jump of the wall clock, in milliseconds. */
const LONGEST_STEP = 10_000;

/** The longest delay of a runtime's timer, in milliseconds: it fires longer ones at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A timer; after the slice of its delay that runs comes the next one. */
interface SlicedTimer {
  slice: TimerHandle | undefined;
}

/**
 * Makes a clock reliable. Its timers take any delay: above 2^31 - 1 ms they wait in slices, `Infinity` never fires and
 * holds nothing, and `NaN` and what is below zero count as 0.
 */
export function steadyClock(clock: Clock): SteadyClock {
  return Object.freeze({
    now: () => clock.now(),
    monotonic: isSteady(clock)
      ? onward(() => clock.monotonic(), Number.POSITIVE_INFINITY)
      : onward(() => clock.now(), LONGEST_STEP),
    setTimeout: (callback: () => void, milliseconds: number) => {
      const timer: SlicedTimer = { slice: undefined };
      const wait = (left: number) => {
        const slice = Math.min(left, LONGEST_TIMER);
        timer.slice = clock.setTimeout(() => (left > slice ? wait(left - slice) : callback()), slice);
      };
      if (milliseconds !== Number.POSITIVE_INFINITY) wait(milliseconds > 0 ? milliseconds : 0);
      return timer;
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
    // The handles of such a clock are its own, and opaque to those who hold them.
    clearTimeout: (timer: TimerHandle) =>
      quietly(() => clock.clearTimeout((timer as SlicedTimer | undefined)?.slice)),
  });
}

// A timer that cannot be cancelled fires without effect.
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

/** Reads a clock; one that throws, or gives no number, keeps its last reading. */
export function reading(read: () => unknown): () => number {
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

// Time goes on from the first reading, by what lies between two readings: a clock that goes back stands still, and counts from
// its new time on. The watch for sleep reads it more often than the longest step while the loop works.
function onward(read: () => unknown, longestStep: number): () => number {
  const readNow = reading(read);
  let last: number | undefined;
  let passed = 0;
  return () => {
    const now = readNow();
    passed += last === undefined ? now : Math.min(Math.max(now - last, 0), longestStep);
    last = now;
    return passed;
  };
}
