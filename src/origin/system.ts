import type { Clock } from '../protocol/clock.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => globalThis.setTimeout(callback, milliseconds),
  // The handle is opaque outside, and here it can only be one of `setTimeout` above.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
};

/** The random numbers of the machine: uniform in [0, 1). Nothing that must be secret comes from here. */
export const systemRandom = (): number => Math.random();
