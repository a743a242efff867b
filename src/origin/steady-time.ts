import type { Clock } from '../protocol/clock.ts';

/**
 * Whole milliseconds that pass evenly, also when the wall clock is set, if the clock can tell. Machines count parts of them:
 * thousands that begin together would each be due at a time of its own.
 */
export function steadyNow(clock: Clock): number {
  return Math.floor(clock.monotonic?.() ?? clock.now());
}
