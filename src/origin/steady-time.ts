import type { Clock } from '../protocol/clock.ts';

/** Milliseconds that pass evenly, also when the wall clock is set, if the clock can tell. */
export function steadyNow(clock: Clock): number {
  return clock.monotonic?.() ?? clock.now();
}
