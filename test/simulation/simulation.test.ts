import { expect, test } from 'vitest';
import { reportOf, simulate } from './simulate.ts';

/** Seeds of each run of the tests; `npm run simulate` plays many more. */
const SEEDS = 300;

test(`${SEEDS} seeds keep every promise`, { timeout: 120_000 }, async () => {
  const failures = await simulate(Array.from({ length: SEEDS }, (_, seed) => seed));
  const [first] = failures;
  const report = first ? await reportOf(first) : '';
  expect(`${failures.length} failed ${failures.map(({ seed }) => seed).join(' ')}\n${report}`).toBe(
    '0 failed \n',
  );
});
