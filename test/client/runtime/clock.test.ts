import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/runtime/clock.ts';

afterEach(() => vi.useRealTimers());

test("the runtime's clock is looked up at each call, so that fake timers take effect", () => {
  vi.useFakeTimers({ now: 1_000 });
  const fired: string[] = [];
  systemClock.setTimeout(() => fired.push('first'), 50);
  const timer = systemClock.setTimeout(() => fired.push('second'), 60);
  systemClock.clearTimeout(timer);
  vi.advanceTimersByTime(100);
  expect([systemClock.now(), fired]).toEqual([1_100, ['first']]);
});

test("the runtime's monotonic time goes on, whatever is done to the wall clock", () => {
  vi.useFakeTimers({ now: 1_000 });
  const start = systemClock.monotonic();
  vi.advanceTimersByTime(100);
  vi.setSystemTime(0);
  expect([systemClock.now(), systemClock.monotonic() - start]).toEqual([0, 100]);
});
