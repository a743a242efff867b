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
