// tsc rewrites `./x.ts` to `./x.js` in what it compiles, but not in declarations: this does it there. Declarations that name
// `Disposable` or its symbols also bring the library that declares them, which `lib: ["ES2022", "DOM"]` lacks. Around an
// import whose name is computed, tsc puts a helper that rewrites at run time: no such import is relative, so this takes it
// out.
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const DIST = new URL('../dist/', import.meta.url);
const RELATIVE_TS = /(\bfrom |\bimport |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;
const DISPOSAL = /\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncD|d)ispose\b/;
const LIBRARY = '/// <reference lib="esnext.disposable" />\n';
const HELPER = /^var __rewriteRelativeImportExtension = [\s\S]*?^};\n/m;
const HELPED = /\bimport\(__rewriteRelativeImportExtension\(([^()]*)\)\)/g;

function rewrite(pattern: string, change: (text: string) => string): void {
  for (const path of globSync(pattern, { cwd: DIST })) {
    const file = new URL(path, DIST);
    const text = readFileSync(file, 'utf8');
    const rewritten = change(text);
    if (rewritten !== text) writeFileSync(file, rewritten);
  }
}

rewrite('**/*.d.ts', (text) => {
  const rewritten = text.replace(RELATIVE_TS, '$1$2$3.js$2');
  return DISPOSAL.test(rewritten) ? LIBRARY + rewritten : rewritten;
});
rewrite('**/*.js', (text) => text.replace(HELPER, '').replace(HELPED, 'import($1)'));
