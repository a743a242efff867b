import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeOf } from '../../../src/client/wire/read.ts';

test('the size of a value is about the length of its JSON text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const size = sizeOf(value);
      const { length } = JSON.stringify(value);
      // Escapes and long numbers are not counted, and each value counts for three characters at least.
      expect(size).toBeGreaterThanOrEqual(length / 8);
      expect(size).toBeLessThanOrEqual(3 * length + 3);
    }),
  );
});
