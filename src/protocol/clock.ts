/** The handle of a pending timer. Opaque: it is valid for `clearTimeout` of the same clock only. */
export type TimerHandle = unknown;

/** The time of a client or an origin. Both take it as an option, so that one virtual clock can move them together. */
export interface Clock {
  /** Wall clock: milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Milliseconds from an arbitrary start, independent of changes of the wall clock. The runtime decides whether it counts
   * the time that the machine sleeps. Without this method, clients detect jumps of the wall clock.
   */
  monotonic?(): number;
  /** Calls back once, after so many milliseconds. */
  setTimeout(callback: () => void, milliseconds: number): TimerHandle;
  /** Cancels a pending timer. Ignores a timer that has fired or was cancelled. */
  clearTimeout(timer: TimerHandle): void;
  /**
   * Calls back once, after so many milliseconds at the latest, even if no test moves this clock: for calls that must end,
   * such as `close()`. The clock of a test calls back as soon as nothing more can happen until the test moves it. Returns
   * a function that cancels. Without this method, clients use `setTimeout`.
   */
  atLatest?(milliseconds: number, callback: () => void): () => void;
}
