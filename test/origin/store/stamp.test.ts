import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  stampAfter,
  stampFromCursor,
  stampOf,
  stampPlus,
  ZERO_STAMP,
} from '../../../src/origin/store/stamp.ts';

const milliseconds = fc.double({ min: 0, max: 9_999_999_999_999, noNaN: true });
const stamp = fc
  .bigInt({ min: 0n, max: 99_999_999_999_999_998n })
  .map((ticks) => ticks.toString().padStart(17, '0'));

test('a stamp has seventeen digits and counts 100-nanosecond ticks', () => {
  expect(stampOf(1_700_000_000_123)).toBe('17000000001230000');
  fc.assert(
    fc.property(milliseconds, (time) => {
      const ticks = Number(BigInt(stampOf(time))) / 10_000;
      expect(stampOf(time)).toMatch(/^\d{17}$/);
      expect(Math.abs(ticks - time)).toBeLessThan(0.01);
    }),
  );
});

test('the next stamp is greater than the last and not before the clock', () => {
  fc.assert(
    fc.property(stamp, milliseconds, (last, time) => {
      const next = stampAfter(last, time);
      expect(next).toMatch(/^\d{17}$/);
      expect(BigInt(next) > BigInt(last)).toBe(true);
      expect(next >= stampOf(time)).toBe(true);
      if (stampOf(time) <= last) expect(BigInt(next)).toBe(BigInt(last) + 1n);
    }),
  );
});

test('the last tick of a second is followed by the first of the next', () => {
  expect(stampAfter('17000000009999999', 0)).toBe('17000000010000000');
});

test('adding milliseconds is exact', () => {
  expect(stampPlus('17000000009999999', 5_000)).toBe('17000000059999999');
  expect(stampPlus(ZERO_STAMP, 1)).toBe('00000000000010000');
});

test.each([
  ['1', '00000000000000001'],
  ['000', ZERO_STAMP],
  ['17000000000000000', '17000000000000000'],
  ['017000000000000000', '17000000000000000'],
  ['170000000000000000', '99999999999999999'],
])('the cursor %s is the stamp %s', (cursor, expected) => {
  expect(stampFromCursor(cursor)).toBe(expected);
});
