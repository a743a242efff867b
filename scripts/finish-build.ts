// tsc rewrites `./x.ts` to `./x.js` in what it compiles, but not in declarations: this does it there. Declarations that name
// `Disposable` or its symbols also bring the library that declares them, which `lib: ["ES2022", "DOM"]` lacks.
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const DIST = new URL('../dist/', import.meta.url);
const RELATIVE_TS = /(\bfrom |\bimport |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;
const DISPOSAL = /\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncD|d)ispose\b/;
const LIBRARY = '/// <reference lib="esnext.disposable" />\n';

for (const path of globSync('**/*.d.ts', { cwd: DIST })) {
  const file = new URL(path, DIST);
  const text = readFileSync(file, 'utf8');
  const rewritten = text.replace(RELATIVE_TS, '$1$2$3.js$2');
  const complete = DISPOSAL.test(rewritten) ? LIBRARY + rewritten : rewritten;
  if (complete !== text) writeFileSync(file, complete);
}
