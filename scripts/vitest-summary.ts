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
  /** A line for each failure: where, and what it says. */
  readonly failures: readonly string[];
}

/** Leaves the counts of a run on disk, for `.ci/run`. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0);
    const summary: Summary = {
      passed: count('passed'),
      failed: count('failed') + broken.length + unhandled.length,
      skipped: count('skipped'),
      failures: [
        ...tests.flatMap((test) => {
          const { state, errors } = test.result();
          return state === 'failed'
            ? [failure(`${test.module.relativeModuleId} > ${test.fullName}`, errors)]
            : [];
        }),
        ...broken.map((module) => failure(module.relativeModuleId, module.errors())),
        ...unhandled.map((error) => failure('outside of any test', [error])),
      ],
    };
    mkdirSync(new URL('.', SUMMARY), { recursive: true });
    writeFileSync(SUMMARY, JSON.stringify(summary));
  }
}

const MOST = 600;

function failure(where: string, errors: readonly SerializedError[] = []): string {
  const what = errors.map(({ name = 'Error', message, stack = '' }) => `${name}: ${message} ${calls(stack)}`);
  return `${where}: ${what.join('; ')}`.replaceAll(/\s+/g, ' ').slice(0, MOST);
}

// Where it happened, without the message, which the stack begins with.
function calls(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s*at /.test(line))
    .slice(0, 3)
    .join(' ');
}
