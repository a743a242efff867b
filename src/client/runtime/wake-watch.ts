import type { Clock, TimerHandle } from '../../protocol/clock.ts';

/** How often the clock is looked at, in milliseconds. */
const TICK = 5_000;
/** A tick this late means sleep, in milliseconds: browsers throttle the timers of a hidden tab to one a minute. */
const LATE = 75_000;

/**
 * Notices that the machine has slept: timers stand still meanwhile, the wall clock does not. Calls back once for each
 * sleep; returns how to stop.
 */
export function watchForSleep(clock: Clock, onWake: () => void): () => void {
  let last = clock.now();
  let timer: TimerHandle;
  const tick = () => {
    const now = clock.now();
    const late = now - last - TICK;
    last = now;
    timer = clock.setTimeout(tick, TICK);
    if (late > LATE) onWake();
  };
  timer = clock.setTimeout(tick, TICK);
  return () => clock.clearTimeout(timer);
}
