import { mkdirSync, writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** Where the counts of the last run are. */
export const SUMMARY = new URL('../node_modules/.cache/timetoken/test-summary.json', import.meta.url);

/** The counts of a run. A file that does not load and an error outside of any test are failures too. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Leaves the counts of a run on disk, for `.ci/run`. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const summary: Summary = {
      passed: count('passed'),
      failed: count('failed') + broken + unhandled.length,
      skipped: count('skipped'),
    };
    mkdirSync(new URL('.', SUMMARY), { recursive: true });
    writeFileSync(SUMMARY, JSON.stringify(summary));
  }
}
