import type { Clock } from '../protocol/clock.ts';
import { turn } from '../protocol/turn.ts';

export { turn };

// Read here, before a test can replace them by fake timers: the kit waits for the event loop, and limits its waits, in
// real time.
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout, Date: RealDate } = globalThis;

/** Lets everything happen that needs no time: the event loop turns a few times. */
export async function settle(turns = 4): Promise<void> {
  for (let count = 0; count < turns; count++) await turn();
}

const NOTHING = new Uint8Array();

/** Resolves when the work of the platform's other threads, such as cryptography, had time to end. */
export async function turnOfThreads(): Promise<void> {
  await crypto.subtle.digest('SHA-1', NOTHING);
}

/** Resolves when bytes had time to arrive on sockets of this machine. */
export async function turnOfSockets(): Promise<void> {
  await new Promise((resolve) => realSetTimeout(resolve, 1));
  await settle(2);
}

/** Real milliseconds of one timer. */
const SLICE_MS = 50;

/**
 * Calls back after so many real milliseconds; returns a function that cancels. The time passes in small slices: after a
 * standstill of the machine, pending work gets its turn before the wait ends.
 */
export function afterRealTime(milliseconds: number, callback: () => void): () => void {
  let left = milliseconds;
  const next = () => {
    if (left <= 0) return callback();
    const slice = Math.min(left, SLICE_MS);
    left -= slice;
    timer = realSetTimeout(next, slice);
  };
  let timer = realSetTimeout(next, 0);
  return () => realClearTimeout(timer);
}

/** Resolves when a promise that never rejects does, or after so many real milliseconds. */
export async function atMost(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = afterRealTime(milliseconds, resolve);
  await Promise.race([promise, over]);
  cancel();
}

/** The time of `globalThis`, looked up at each call, so that fake timers take effect. */
export const globalClock: Clock = Object.freeze({
  now: () => Date.now(),
  setTimeout: (callback: () => void, milliseconds: number) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) =>
    globalThis.clearTimeout(timer as Parameters<typeof globalThis.clearTimeout>[0]),
});

/** Real time, also where a test has fake timers. */
export const realClock: Clock = Object.freeze({
  now: () => RealDate.now(),
  setTimeout: (callback: () => void, milliseconds: number) => realSetTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) => realClearTimeout(timer as Parameters<typeof realClearTimeout>[0]),
});
