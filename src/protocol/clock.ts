/** What a clock hands out for a pending timer. Opaque: only `clearTimeout` of the same clock understands it. */
export type TimerHandle = unknown;

/**
 * Time as client and origin see it. Both take theirs from outside, so that one virtual clock can move them together.
 */
export interface Clock {
  /** Wall clock: milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once, after so many milliseconds. */
  setTimeout(callback: () => void, milliseconds: number): TimerHandle;
  /** Cancels a pending timer; a timer that has fired or was cancelled is left alone. */
  clearTimeout(timer: TimerHandle): void;
}
