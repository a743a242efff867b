import { expect, test } from 'vitest';
import { steadyNow } from '../../src/origin/steady-time.ts';

const unused = { setTimeout: () => undefined, clearTimeout: () => undefined };

test('what begins within one millisecond is due at the same time', () => {
  let now = 100.2;
  const clock = { now: () => 1_700_000_000_000, monotonic: () => now, ...unused };
  const first = steadyNow(clock);
  now = 100.9;
  expect(steadyNow(clock)).toBe(first);
  now = 101;
  expect(steadyNow(clock)).toBe(101);
});

test('a clock that cannot tell gives its wall clock', () => {
  expect(steadyNow({ now: () => 1_700_000_000_000, ...unused })).toBe(1_700_000_000_000);
});
