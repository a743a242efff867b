import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interleave, median, quantile, ratio } from '../../bench/statistics.ts';

const series = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('the statistics of the benchmarks', () => {
  test.each([
    [[3], 3],
    [[1, 2], 1.5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('the median of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('half of the values are at or below the median, half at or above', () => {
    fc.assert(
      fc.property(series, (values) => {
        const middle = median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value <= middle).length).toBeGreaterThanOrEqual(half);
        expect(values.filter((value) => value >= middle).length).toBeGreaterThanOrEqual(half);
      }),
    );
  });

  test('a quantile is one of the values, and none is above the whole', () => {
    fc.assert(
      fc.property(series, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        expect(values).toContain(quantile(values, share));
        expect(quantile(values, 1)).toBe(Math.max(...values));
      }),
    );
  });

  test('what slows both down in a round does not change their ratio', () => {
    fc.assert(
      fc.property(series, fc.double({ min: 0.01, max: 100, noNaN: true }), (base, factor) => {
        const slowdown = base.map((_, round) => 1 + (round % 3));
        const slowed = base.map((value, round) => value * (slowdown[round] ?? 1));
        expect(
          ratio(
            slowed.map((value) => value * factor),
            slowed,
          ),
        ).toBeCloseTo(factor, 6);
      }),
    );
  });

  test('rounds go forwards and backwards by turns, and the first ones do not count', async () => {
    const order: string[] = [];
    const measured = await interleave(['a', 'b'], { rounds: 2, warmUp: 1 }, async (name) => order.push(name));
    expect(order.join('')).toBe('baabba');
    expect(measured).toEqual({ a: [3, 6], b: [4, 5] });
  });
});
