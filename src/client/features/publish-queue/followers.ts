/** Takes entries out when their signals are aborted: with one listener for each signal, which may be that of many entries. */
export class Followers<T> {
  readonly #entries = new Map<AbortSignal, Set<T>>();
  readonly #onAbort: (entry: T, reason: unknown) => void;

  constructor(onAbort: (entry: T, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  /** Follows a signal that is not aborted; returns how to stop. */
  follow(signal: AbortSignal, entry: T): () => void {
    const entries = this.#entries.get(signal) ?? this.#listen(signal);
    entries.add(entry);
    return () => {
      entries.delete(entry);
      if (entries.size === 0) this.#forget(signal);
    };
  }

  #listen(signal: AbortSignal): Set<T> {
    const entries = new Set<T>();
    this.#entries.set(signal, entries);
    signal.addEventListener('abort', this.#abort);
    return entries;
  }

  #forget(signal: AbortSignal): void {
    this.#entries.delete(signal);
    signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = ({ target }: Event): void => {
    // Only signals are listened to.
    const signal = target as AbortSignal;
    for (const entry of this.#entries.get(signal) ?? []) this.#onAbort(entry, signal.reason);
  };
}
