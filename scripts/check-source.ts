// Checks the rules of source-rules.ts: `npm run lint` runs this after Biome, which checks who may import whom.
import { globSync, readFileSync } from 'node:fs';
import { problemsIn } from './source-rules.ts';

const ROOT = new URL('../', import.meta.url);

const paths = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));
const sources = new Map(paths.sort().map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
const problems = problemsIn(sources);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 || sources.size === 0 ? 1 : 0;
