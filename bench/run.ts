// Compares Timetoken with the official client. `npm run bench` runs it; `npm run bench -- --quick` prints a short one.
import { writeFileSync } from 'node:fs';
import { VARIANTS } from './clients/variants.ts';
import { measureBundle } from './measures/bundle.ts';
import { measureHeap } from './measures/heap.ts';
import { measureImport } from './measures/import.ts';
import { FULL, QUICK } from './measures/measure.ts';
import { measureTraffic } from './measures/traffic.ts';
import { table } from './report.ts';
import { resultsPage } from './results.ts';
import { versions } from './versions.ts';

const quick = process.argv.includes('--quick');
const plan = quick ? QUICK : FULL;
const rows = [
  ...(await measureTraffic(plan, VARIANTS)),
  ...(await measureHeap(plan, VARIANTS)),
  ...(await measureImport(plan)),
  ...(await measureBundle()),
];
console.log(table(rows));
// A short run is too noisy to be kept.
if (!quick) writeFileSync(new URL('results.md', import.meta.url), resultsPage(rows, versions()));
