import type { TimerHandle } from '../protocol/clock.ts';

/** Lets a process end that waits for nothing but this timer: an origin may never be closed. */
export function letExit(timer: TimerHandle): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}
