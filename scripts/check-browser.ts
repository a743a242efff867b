// Runs the checks of test/browser in Chromium. `npm run check:browser` runs this; dist must be built. CHROMIUM names the
// executable; without it, one is looked for on PATH. Without a browser the checks do not run, and that is all it says.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

const given = process.env['CHROMIUM'];
if (given !== undefined && !existsSync(given))
  throw new Error(`CHROMIUM names ${given}, which does not exist.`);
const executable = given ?? onPath();
if (executable === undefined) {
  console.log('The browser checks did not run: there is no Chromium on PATH, and CHROMIUM names none.');
} else if (!existsSync(join(ROOT, 'dist/index.js'))) {
  throw new Error('Run `npm run build` first: the pages use dist.');
} else {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.browser.config.ts', ...process.argv.slice(2)];
  const env = { ...process.env, CHROMIUM: executable };
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
