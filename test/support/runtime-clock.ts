import type { Clock, TimerHandle } from '../../src/protocol/clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/**
 * A virtual clock with the habits of a runtime: a timer of more than 2^31 - 1 ms, or of `Infinity`, fires after a
 * millisecond, and there is no monotonic time.
 */
export class RuntimeClock implements Clock {
  readonly time = new VirtualClock();
  /** The delays of all timers that were set. */
  readonly delays: number[] = [];

  now(): number {
    return this.time.now();
  }

  setTimeout(callback: () => void, milliseconds: number): TimerHandle {
    this.delays.push(milliseconds);
    return this.time.setTimeout(callback, milliseconds <= 2 ** 31 - 1 ? milliseconds : 1);
  }

  clearTimeout(timer: TimerHandle): void {
    this.time.clearTimeout(timer);
  }
}
