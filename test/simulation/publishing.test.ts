import { expect, test } from 'vitest';
import { judgePublishing } from './publishing/judge.ts';

/** Seeds of each run of the tests; `npm run simulate -- --publishing` plays many more. */
const SEEDS = 300;

test(`${SEEDS} seeds of publishes that are repeated`, { timeout: 120_000 }, async () => {
  const failures: string[] = [];
  for (let seed = 0; seed < SEEDS; seed++)
    for (const problem of await judgePublishing(seed)) failures.push(`seed ${seed}: ${problem}`);
  expect(failures).toEqual([]);
});
