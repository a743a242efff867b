import { expect, test } from 'vitest';
import { type Receive, reportOf, simulate } from './simulate.ts';

/** Seeds of each run of the tests; `npm run simulate` plays many more. */
const SEEDS = { poll: 300, stream: 200, auto: 100 } as const satisfies Record<Receive, number>;

test.each(Object.entries(SEEDS) as [Receive, number][])(
  'by %s, %i seeds keep every promise',
  { timeout: 120_000 },
  async (receive, count) => {
    const failures = await simulate(
      Array.from({ length: count }, (_, seed) => seed),
      { receive },
    );
    const [first] = failures;
    const report = first ? await reportOf(first) : '';
    expect(`${failures.length} failed ${failures.map(({ seed }) => seed).join(' ')}\n${report}`).toBe(
      '0 failed \n',
    );
  },
);
