// Holds the rules of scripts/imports/rules.ts against the source tree: `npm run lint` runs this after biome.
import { globSync, readFileSync } from 'node:fs';
import { check } from './imports/check.ts';

const ROOT = new URL('../', import.meta.url);
const FILES = '{src,test,examples,bench,scripts,docs}/**/*.ts';

const paths = globSync(FILES, { cwd: ROOT, exclude: ['test/docs/fixtures/**'] }).map((path) =>
  path.replaceAll('\\', '/'),
);
const sources = new Map(paths.sort().map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
const findings = check(sources);
const errors = findings.filter((finding) => finding.level === 'error');

for (const { path, line, level, text } of findings) console.error(`${path}:${line} ${level}: ${text}`);
console.log(
  `Checked the imports of ${sources.size} files: ${errors.length} errors, ${findings.length - errors.length} warnings.`,
);
process.exitCode = errors.length > 0 || sources.size === 0 ? 1 : 0;
