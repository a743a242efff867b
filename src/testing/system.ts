import type { Clock } from '../protocol/clock.ts';

// What fake timers replace is taken hold of here, before a test can replace it: the kit waits for the event loop, and
// limits waits that would never end, whatever time the test sees.
const {
  setImmediate: immediately,
  setTimeout: later,
  clearTimeout: never,
  MessageChannel: Channel,
} = globalThis;

/** Resolves when the event loop has turned once. */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => immediately(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new Channel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Lets everything happen that can without time passing: the event loop turns a few times. */
export async function settle(turns = 4): Promise<void> {
  for (let count = 0; count < turns; count++) await turn();
}

const NOTHING = new Uint8Array();

/** Resolves when what the platform works at on other threads, as cryptography, had time to come to an end. */
export async function turnOfThreads(): Promise<void> {
  await crypto.subtle.digest('SHA-1', NOTHING);
}

/** Resolves when sockets of this machine had time to bring something. */
export async function turnOfSockets(): Promise<void> {
  await new Promise((resolve) => later(resolve, 1));
  await settle(2);
}

/** Real milliseconds that are waited for at once. */
const SLICE = 50;

/**
 * Calls back after so many real milliseconds; returns how to cancel. They pass in small slices: when the machine stood
 * still for long, what was waited for gets its turn before patience ends.
 */
export function afterRealTime(milliseconds: number, callback: () => void): () => void {
  let left = milliseconds;
  const next = () => {
    if (left <= 0) return callback();
    const slice = Math.min(left, SLICE);
    left -= slice;
    timer = later(next, slice);
  };
  let timer = later(next, 0);
  return () => never(timer);
}

/** The time of `globalThis`, looked up at each call, so that fake timers take effect. */
export const globalClock: Clock = Object.freeze({
  now: () => Date.now(),
  setTimeout: (callback: () => void, milliseconds: number) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) =>
    globalThis.clearTimeout(timer as Parameters<typeof globalThis.clearTimeout>[0]),
});
