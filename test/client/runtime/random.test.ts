import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomId } from '../../../src/client/runtime/random.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test('is a UUID of version 4, whatever chance brings', () => {
  const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(
    fc.property(chances, (list) => {
      const next = list.values();
      expect(randomId(() => next.next().value ?? 0)).toMatch(UUID);
    }),
  );
  expect(randomId(() => 0)).toMatch(UUID);
});

test('is another one each time', () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => randomId(Math.random)));
  expect(ids.size).toBe(1_000);
});
