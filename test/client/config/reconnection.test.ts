import { describe, expect, test } from 'vitest';
import { PNReconnectionPolicy } from '../../../src/client/config/options.ts';
import { policyOf } from '../../../src/client/config/reconnection.ts';
import { type BackoffPolicy, backoff } from '../../../src/client/runtime/backoff.ts';

function read(value: unknown): BackoffPolicy {
  const policy = policyOf(value);
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
}

describe('a policy of one’s own', () => {
  test('whose delay throws waits for the shortest delay, so that the loop goes on', () => {
    const policy = read({
      delay: () => {
        throw new Error('a mistake');
      },
      minimumDelay: 70,
    });
    expect(backoff(policy, { attempt: 1, random: 0.9 })).toBe(70);
  });

  test.each<[unknown, number]>([
    [Number.POSITIVE_INFINITY, 500],
    [Number.NaN, 70],
    [-5, 70],
    ['90', 90],
    ['soon', 70],
    [90n, 90],
    [Symbol('a mistake'), 70],
    [Promise.resolve(90), 70],
    [undefined, 70],
    [null, 70],
  ])('whose delay gives %s waits within its own bounds', (given, delay) => {
    const policy = read({ delay: () => given, minimumDelay: 70, maximumDelay: 500 });
    expect(backoff(policy, { attempt: 1, random: 1 })).toBe(delay);
  });

  test.each(['minimumDelay', 'maximumDelay', 'maximumRetries'])(
    'whose %s is a text is refused: in a sum it would be no number',
    (name) => {
      expect(policyOf({ delay: () => 1, [name]: '200000' })).toContain(name);
    },
  );

  test('with a stray member is refused, since it would have no effect; a class may have members of its own', () => {
    expect(policyOf({ delay: () => 1, maxRetries: 3 })).toMatch(
      /^has no member "maxRetries", but delay, maximumRetries/,
    );
    class Mine {
      readonly count = 0;
      delay = () => 1;
    }
    expect(typeof policyOf(new Mine())).toBe('object');
  });

  test.each([
    PNReconnectionPolicy.LINEAR,
    PNReconnectionPolicy.EXPONENTIAL,
    { delay: () => 1, maximumDelay: 1_000 },
  ])(
    'or one of the library’s (%o) stays away for an hour where the server asks for it, and no longer',
    (policy) => {
      const delay = (retryAfter: number) => backoff(read(policy), { attempt: 1, random: 0, retryAfter });
      expect([delay(3_000_000), delay(3_600_000), delay(10_000_000)]).toEqual([
        3_000_000, 3_600_000, 3_600_000,
      ]);
    },
  );
});
