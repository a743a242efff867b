// The closing line of .ci/run, from the counts that the test run left; fails when no test ran or one did not pass.
import { existsSync, readFileSync } from 'node:fs';
import { SUMMARY, type Summary } from './vitest-summary.ts';

const none: Summary = { passed: 0, failed: 0, skipped: 0, failures: [] };
const { passed, failed, skipped, failures } = existsSync(SUMMARY)
  ? (JSON.parse(readFileSync(SUMMARY, 'utf8')) as Summary)
  : none;

if (passed + failed === 0) console.log('No test ran.');
for (const failure of failures.slice(0, 20)) console.log(`failed: ${failure}`);
if (skipped > 0) console.log(`${skipped} skipped: a skipped test proves nothing.`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = passed === 0 || failed > 0 ? 1 : 0;
