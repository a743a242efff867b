import { expect, test } from 'vitest';
import { Repeats } from '../../src/cli/repeats.ts';

test('a text passes once in ten seconds, with the number of those that were held back', () => {
  const repeats = new Repeats();
  const passed = [0, 1, 9_999, 10_000, 10_001, 25_000].map((now) => repeats.pass('a', now));
  expect(passed).toEqual([0, undefined, undefined, 2, undefined, 1]);
  expect(repeats.pass('b', 25_000)).toBe(0);
});

test('it passes when the clock was set back', () => {
  const repeats = new Repeats();
  expect([repeats.pass('a', 50_000), repeats.pass('a', 40_000)]).toEqual([0, 0]);
});

test('of many different texts the last hundred are remembered', () => {
  const repeats = new Repeats();
  for (let count = 0; count <= 100; count++) repeats.pass(`${count}`, 0);
  expect(repeats.pass('1', 1)).toBeUndefined();
  expect(repeats.pass('0', 1)).toBe(0);
});
