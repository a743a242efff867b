import type { Clock } from '../../protocol/clock.ts';

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
