import type { Clock } from '../../protocol/clock.ts';

/** The runtime's own clock. The functions are looked up at each call, so that fake timers take effect. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  setTimeout: (callback: () => void, milliseconds: number) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) =>
    globalThis.clearTimeout(timer as Parameters<typeof globalThis.clearTimeout>[0]),
});
