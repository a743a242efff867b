import { describe, expect, test } from 'vitest';
import { policyOf } from '../../../src/client/config/reconnection.ts';
import { backoff } from '../../../src/client/runtime/backoff.ts';

describe('a policy of one’s own', () => {
  test('whose delay throws waits for the shortest delay, so that the loop goes on', () => {
    const policy = policyOf({
      delay: () => {
        throw new Error('a mistake');
      },
      minimumDelay: 70,
    });
    expect(backoff(policy, { attempt: 1, random: 0.9 })).toBe(70);
  });
});
