import type { Clock } from '../../protocol/clock.ts';

/** Runs work with a signal that either of two aborts. One of them may come from another realm, or from a polyfill. */
export async function endedByBoth<T>(
  one: AbortSignal | undefined,
  other: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!one) return work(other);
  const controller = new AbortController();
  const signals = [one, other].map((signal) => {
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    return { signal, abort };
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const { signal, abort } of signals) signal.removeEventListener('abort', abort);
  }
}

/** Waits for a number of milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function pauseFor(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
}
