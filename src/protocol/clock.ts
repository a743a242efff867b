/** What a clock hands out for a pending timer. Opaque: only `clearTimeout` of the same clock understands it. */
export type TimerHandle = unknown;

/**
 * Time as client and origin see it. Both take theirs from outside, so that one virtual clock can move them together.
 */
export interface Clock {
  /** Wall clock: milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Milliseconds from an arbitrary start, which no change of the wall clock moves. Whether the time that a machine sleeps
   * counts is the runtime's. A clock without it is watched for jumps instead.
   */
  monotonic?(): number;
  /** Calls back once, after so many milliseconds. */
  setTimeout(callback: () => void, milliseconds: number): TimerHandle;
  /** Cancels a pending timer; a timer that has fired or was cancelled is left alone. */
  clearTimeout(timer: TimerHandle): void;
  /**
   * Calls back once, after so many milliseconds at the latest, also when nobody moves this clock: for what must come to an
   * end, as `close()`. A clock that a test moves calls as soon as nothing more can happen before it is moved. Returns how
   * to cancel. Without it, `setTimeout` is taken.
   */
  atLatest?(milliseconds: number, callback: () => void): () => void;
}
