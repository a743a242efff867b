// `npm run seeds` prints every row of what the documents of other systems name, with its state from the tests. With
// `--run` it runs them, and fails if a row does; without, it says whether there is one.
import { parseArgs } from 'node:util';
import { SEEDS } from './seeds/rows.ts';
import { runTests, stateOf } from './seeds/tests.ts';

const { values } = parseArgs({ options: { run: { type: 'boolean' } } });
const find = values.run ? runTests() : stateOf;
const counts = new Map<string, number>();
for (const seed of SEEDS) {
  console.log(`\n${seed.title}`);
  for (const row of seed.rows) {
    const state = find(seed, row);
    counts.set(state, (counts.get(state) ?? 0) + 1);
    console.log(`  ${state.padEnd(8)}  ${row.capability}`);
  }
}
const total = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
console.log(`\n${SEEDS.flatMap(({ rows }) => rows).length} rows: ${total}.`);
if (counts.has('FAILED') || (values.run && counts.has('open'))) process.exitCode = 1;
