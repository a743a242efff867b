import { expect, test } from 'vitest';
import { Resets, resetWeight } from '../../../src/origin/node/resets.ts';

function after(steps: readonly [count: number, weight: number, at: number][]): Resets {
  const resets = new Resets(100);
  for (const [count, weight, at] of steps) for (let index = 0; index < count; index++) resets.add(weight, at);
  return resets;
}

test.each<[string, readonly [number, number, number][], boolean]>([
  ['its limit at once', [[100, 1, 5_000]], false],
  ['one more', [[101, 1, 5_000]], true],
  ['a tenth of it each second', Array.from({ length: 60 }, (_, second) => [10, 1, second * 1000]), false],
  ['more each second', Array.from({ length: 60 }, (_, second) => [13, 1, second * 1000]), true],
  ['ten times as many that had waited', [[999, resetWeight(250), 0]], false],
  ['more of these', [[1_002, resetWeight(250), 0]], true],
  ['ten times as many that had not', [[999, resetWeight(249), 0]], true],
])('a client that gives up %s', (_name, steps, isExceeded) => {
  expect(after(steps).isExceeded).toBe(isExceeded);
});

test('a client is known to give up much before its limit', () => {
  expect([after([[20, 1, 0]]).isHigh, after([[21, 1, 0]]).isHigh]).toEqual([false, true]);
});
