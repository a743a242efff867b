// The tests of the rows: their names in the files, and how they ended when they were run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Seed, SeedRow } from './seed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAME = /^\s*(?:test|it|describe)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gms;

/** What is known of a row. */
export type State = 'tested' | 'in words' | 'open' | 'passed' | 'FAILED';

/** How many tests, or groups of them, have the name of each row. */
export function testCounts({ name }: Pick<Seed, 'name'>): ReadonlyMap<string, number> {
  const path = join(ROOT, `test/seeds/${name}.test.ts`);
  const counts = new Map<string, number>();
  if (!existsSync(path)) return counts;
  for (const [, , text = ''] of readFileSync(path, 'utf8').matchAll(NAME)) {
    const title = text.replaceAll(/\\(.)/gs, '$1');
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return counts;
}

/** The state of a row as far as the files tell. */
export function stateOf(seed: Seed, { capability, prose }: SeedRow): State {
  if (prose) return 'in words';
  return testCounts(seed).has(capability) ? 'tested' : 'open';
}

interface Outcome {
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly status: string;
}

/** Runs the tests, and tells the states of rows by how they ended. */
export function runTests(): (seed: Seed, row: SeedRow) => State {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-seeds-'));
  try {
    const file = join(folder, 'outcome.json');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', 'test/seeds', '--reporter=json', `--outputFile=${file}`];
    spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    const outcomes = outcomesIn(readFileSync(file, 'utf8'));
    return (seed, row) => outcomeOf(outcomes.get(seed.name) ?? [], row);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomesIn(text: string): ReadonlyMap<string, readonly Outcome[]> {
  // The shape of this report is that of jest, and stable.
  const report = JSON.parse(text) as {
    testResults: readonly { name: string; assertionResults: readonly Outcome[] }[];
  };
  return new Map(
    report.testResults.map(({ name, assertionResults }) => [
      /([\w-]+)\.test\.ts$/.exec(name)?.[1] ?? name,
      assertionResults,
    ]),
  );
}

function outcomeOf(outcomes: readonly Outcome[], { capability, prose }: SeedRow): State {
  if (prose) return 'in words';
  const own = outcomes.filter(
    ({ title, ancestorTitles }) => title === capability || ancestorTitles.includes(capability),
  );
  if (own.length === 0) return 'open';
  return own.every(({ status }) => status === 'passed') ? 'passed' : 'FAILED';
}
