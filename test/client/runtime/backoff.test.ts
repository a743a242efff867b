import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BackoffPolicy,
  backoff,
  parseRetryAfter,
  retryAfterIn,
} from '../../../src/client/runtime/backoff.ts';

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
      longestRetryAfter: floor + 2 * span,
      maximumRetries: Number.POSITIVE_INFINITY,
    }),
  );

const EXPONENTIAL: BackoffPolicy = {
  delay: (count) => 1_000 * 2 ** count,
  minimumDelay: 1_000,
  maximumDelay: 150_000,
  longestRetryAfter: 3_600_000,
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
          const cap = retryAfter === undefined ? policy.maximumDelay : policy.longestRetryAfter;
          expect(delay).toBeLessThanOrEqual(cap);
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

  test('is what the server asks for, and a little more, whatever the policy waits at the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_599_000 }), random, (retryAfter, chance) => {
        const delay = backoff(EXPONENTIAL, { attempt: 1, random: chance, retryAfter });
        expect(delay).toBeGreaterThanOrEqual(retryAfter);
        expect(delay).toBeLessThanOrEqual(Math.max(retryAfter, 1_000) + 1_000);
      }),
    );
  });

  test.each([3_600_000, 3_599_999, 86_400_000, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
    'is at most an hour where the server asks for %d ms, also with what chance adds',
    (retryAfter) => {
      expect(backoff(EXPONENTIAL, { attempt: 1, random: 1 - Number.EPSILON, retryAfter })).toBe(3_600_000);
    },
  );

  test('is no shorter than the policy’s floor, though the server may ask for less at the longest', () => {
    const policy = { ...EXPONENTIAL, minimumDelay: 7_200_000, maximumDelay: 7_200_000 };
    expect(backoff(policy, { attempt: 1, random: 0.5, retryAfter: 10_000 })).toBe(7_200_000);
  });

  test.each([0, 0.5, 1 - Number.EPSILON])('is for ever where the policy says so (chance %d)', (chance) => {
    const policy = { ...EXPONENTIAL, delay: () => Number.POSITIVE_INFINITY };
    const unbounded = { ...policy, maximumDelay: Number.POSITIVE_INFINITY };
    expect(backoff(unbounded, { attempt: 1, random: chance })).toBe(Number.POSITIVE_INFINITY);
    expect(backoff(policy, { attempt: 1, random: chance })).toBeLessThanOrEqual(150_000);
  });

  test('may be longer than the timers of a runtime, where the policy sets no bound', () => {
    const policy = { ...EXPONENTIAL, delay: () => 2 ** 40, maximumDelay: Number.POSITIVE_INFINITY };
    expect(backoff(policy, { attempt: 1, random: 0.5 })).toBe(1_000 + 0.5 * (2 ** 40 - 1_000));
  });

  test.each([Number.NaN, 2, -1, Number.POSITIVE_INFINITY])(
    'stays within its bounds where chance is %d',
    (chance) => {
      for (const retryAfter of [undefined, 5_000]) {
        const delay = backoff(EXPONENTIAL, { attempt: 1, random: chance, retryAfter });
        expect(delay).toBeGreaterThanOrEqual(1_000);
        expect(delay).toBeLessThanOrEqual(retryAfter === undefined ? 2_000 : 3_600_000);
      }
    },
  );
});

describe('Retry-After', () => {
  const now = Date.UTC(2025, 0, 1, 12);

  test.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['999999999', 999_999_999_000],
    ['12345678901', 12_345_678_901_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['Wed, 01 Jan 2025 12:00:30 GMT', 30_000],
    ['Wed, 01 Jan 2025 12:00:00 GMT', 0],
    ['Wed, 01 Jan 2025 11:00:00 GMT', 0],
    ['2025-01-01T12:01:00Z', 60_000],
  ])('of "%s" is %i milliseconds', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '1e9',
    '+5',
    'Infinity',
    '-Infinity',
    '0x10',
    '7s',
    'soon',
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

describe('an answer', () => {
  const now = Date.UTC(2025, 0, 1, 12);
  const answer = (headers: Readonly<Record<string, string>>) => retryAfterIn(new Headers(headers), now);

  test('without Retry-After asks for nothing', () => {
    expect(answer({})).toBe(undefined);
    expect(answer({ date: 'Wed, 01 Jan 2025 12:00:00 GMT' })).toBe(undefined);
  });

  test.each([
    'Wed, 01 Jan 2025 11:00:00 GMT',
    'Wed, 01 Jan 2025 13:00:00 GMT',
    'Sat, 01 Jan 2000 00:00:00 GMT',
  ])(
    'that says by its own clock (%s) when to come back is not misread by a wall clock that is off',
    (date) => {
      const back = new Date(Date.parse(date) + 30_000).toUTCString();
      expect(answer({ date, 'retry-after': back })).toBe(30_000);
      expect(answer({ date, 'retry-after': '30' })).toBe(30_000);
    },
  );

  test.each(['', 'yesterday', '2025-01-01'])('whose date is %j is compared with the time here', (date) => {
    expect(answer({ date, 'retry-after': 'Wed, 01 Jan 2025 12:00:30 GMT' })).toBe(30_000);
  });
});
