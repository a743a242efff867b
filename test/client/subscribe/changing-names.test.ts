import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemsOf } from '../../support/changing-names.ts';
import { scripts } from '../../support/changing-names-script.ts';

test('whatever a program and its handlers subscribe to and may read, all that is kept comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      expect(await problemsOf(script)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
