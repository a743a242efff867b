import type { TimerHandle } from '../../protocol/clock.ts';
import type { SteadyClock } from './steady-clock.ts';

/** How often the clock is looked at, in milliseconds: often enough for a monotonic clock that is derived from it. */
const TICK = 5_000;
/** A tick this late means sleep, in milliseconds: browsers throttle the timers of a hidden tab to one a minute. */
const LATE = 75_000;

/**
 * Notices that the machine has slept: timers stand still meanwhile, the wall clock does not, and on some runtimes neither
 * does the monotonic one, which then tells also where the wall clock was set back. A wall clock that is set forward looks
 * the same. Calls back once for each sleep; returns how to stop.
 */
export function watchForSleep(clock: Omit<SteadyClock, 'atLatest'>, onWake: () => void): () => void {
  let wall = clock.now();
  let steady = clock.monotonic();
  let timer: TimerHandle;
  const tick = () => {
    const passed = Math.max(clock.now() - wall, clock.monotonic() - steady);
    wall = clock.now();
    steady = clock.monotonic();
    timer = clock.setTimeout(tick, TICK);
    if (passed - TICK > LATE) onWake();
  };
  timer = clock.setTimeout(tick, TICK);
  return () => clock.clearTimeout(timer);
}
