import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BackoffPolicy, backoff, parseRetryAfter } from '../../../src/client/runtime/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 10_000 });
const odd = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 0));

const policies = fc
  .record({
    floor: fc.integer({ min: 1, max: 10_000 }),
    span: fc.integer({ min: 0, max: 200_000 }),
    delay: fc.oneof(
      fc.constant((count: number) => 1_000 * 2 ** count),
      odd.map((value) => () => value),
    ),
  })
  .map(
    ({ floor, span, delay }): BackoffPolicy => ({
      delay,
      minimumDelay: floor,
      maximumDelay: floor + span,
      maximumRetries: Number.POSITIVE_INFINITY,
    }),
  );

const EXPONENTIAL: BackoffPolicy = {
  delay: (count) => 1_000 * 2 ** count,
  minimumDelay: 1_000,
  maximumDelay: 150_000,
  maximumRetries: Number.POSITIVE_INFINITY,
};

describe('the delay before a retry', () => {
  test('lies between the floor and the cap, whatever the policy computes and the server asks for', () => {
    fc.assert(
      fc.property(
        policies,
        attempt,
        random,
        fc.option(odd, { nil: undefined }),
        (policy, count, chance, retryAfter) => {
          const delay = backoff(policy, { attempt: count, random: chance, retryAfter });
          expect(delay).toBeGreaterThanOrEqual(policy.minimumDelay);
          expect(delay).toBeLessThanOrEqual(policy.maximumDelay);
        },
      ),
    );
  });

  test('is spread over all of that by chance, so that clients do not come back together', () => {
    const delays = Array.from({ length: 10 }, (_, step) =>
      backoff(EXPONENTIAL, { attempt: 4, random: step / 10 }),
    );
    expect(delays[0]).toBe(1_000);
    for (const [index, delay] of delays.entries()) expect(delay).toBeCloseTo(1_000 + index * 1_500, 6);
  });

  test('grows with the attempts up to the cap, and stays there', () => {
    const longest = (count: number) => backoff(EXPONENTIAL, { attempt: count, random: 1 - Number.EPSILON });
    expect([1, 2, 3, 7, 8, 2_000].map((count) => Math.round(longest(count)))).toEqual([
      ...[2_000, 4_000, 8_000, 128_000, 150_000, 150_000],
    ]);
  });

  test('is what the server asks for, and a little more, but no less and not beyond the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 149_000 }), random, (retryAfter, chance) => {
        const delay = backoff(EXPONENTIAL, { attempt: 1, random: chance, retryAfter });
        expect(delay).toBeGreaterThanOrEqual(retryAfter);
        expect(delay).toBeLessThanOrEqual(Math.max(retryAfter, 1_000) + 1_000);
      }),
    );
    expect(backoff(EXPONENTIAL, { attempt: 1, random: 0, retryAfter: 86_400_000 })).toBe(150_000);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2025, 0, 1, 12);

  test.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['999999999', 999_999_999_000],
    ['Wed, 01 Jan 2025 12:00:30 GMT', 30_000],
    ['Wed, 01 Jan 2025 12:00:00 GMT', 0],
    ['Wed, 01 Jan 2025 11:00:00 GMT', 0],
    ['2025-01-01T12:01:00Z', 60_000],
  ])('of "%s" is %i milliseconds', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  test.each([
    null,
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '7s',
    'soon',
    '12345678901',
    'GMT',
    '2025-01-01',
    'NaN',
  ])('of %j is none', (header) => {
    expect(parseRetryAfter(header, now)).toBe(undefined);
  });

  test('of any text is no failure, and never a time in the past', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const delay = parseRetryAfter(header, now);
        if (delay !== undefined) expect(delay).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
