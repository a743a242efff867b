import type { Clock } from '../protocol/clock.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // What was due while the machine slept is due now; Node warns of a time below zero.
  setTimeout: (callback, milliseconds) => globalThis.setTimeout(callback, Math.max(0, milliseconds)),
  // Only handles of `setTimeout` above come here.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
};

const WORDS = 2 ** 32;

/** The random numbers of the machine: uniform in [0, 1), 32 bits each, and unpredictable. */
export const systemRandom = (): number => {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / WORDS;
};

/** The bytes that the heap of this process may hold: infinite where the runtime does not tell. */
export function systemHeapBytes(): number {
  const v8 = globalThis.process?.getBuiltinModule?.('node:v8');
  // Runtimes that are not Node may have the module without an answer in it.
  const bytes = v8?.getHeapStatistics?.().heap_size_limit ?? 0;
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}
