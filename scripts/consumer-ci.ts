// Runs the tests of examples/consumer-ci as its owner would: in a folder outside this repository, with the package
// installed from its tarball, on vitest and on node:test. `npm run check:consumer` runs this; dist must be built.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const TOOLS = ['vitest', 'msw'];
const SUITES = ['test:vitest', 'test:node'];
const { name, version, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as Manifest;

// The Node that this package is made with, and nothing that this process was told about its own tests.
const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...rest } = process.env;
const env = { ...rest, PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` };

function npm(args: readonly string[], cwd: string): void {
  console.log(`$ npm ${args.join(' ')}`);
  const { status, error } = spawnSync(NPM, args, { cwd, env, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args[0]} ${args[1] ?? ''} ended with ${status}.`);
}

// Without a registry: the package from its tarball, everything else from where this checkout has it.
function borrow(service: string, tarball: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(service, 'node_modules')];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(join(to, name), { recursive: true });
  for (const entry of readdirSync(from)) if (entry !== name) symlinkSync(join(from, entry), join(to, entry));
  const { status } = spawnSync('tar', ['-xzf', tarball, '-C', join(to, name), '--strip-components=1']);
  if (status !== 0) throw new Error(`tar ended with ${status}.`);
}

function check(folder: string): void {
  if (!relative(ROOT, folder).startsWith('..')) throw new Error(`${folder} is inside the repository.`);
  npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const service = join(folder, 'service');
  mkdirSync(service);
  cpSync(join(ROOT, 'examples/consumer-ci'), service, { recursive: true });
  const tools = TOOLS.map((tool) => `${tool}@${devDependencies[tool]}`);
  const tarball = join(folder, `${name}-${version}.tgz`);
  const quietly = [
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--ignore-scripts',
    '--loglevel',
    'error',
    '--fetch-retries',
    '1',
  ];
  try {
    npm(['install', ...quietly, tarball, ...tools], service);
  } catch (error) {
    console.log(
      `${error instanceof Error ? error.message : error} Taking the tools of this checkout instead.`,
    );
    borrow(service, tarball);
  }
  for (const suite of SUITES) npm(['run', suite], service);
}

if (!existsSync(join(ROOT, 'dist/testing/index.js'))) throw new Error('Run `npm run build` first.');
const begun = performance.now();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'timetoken-consumer-')));
try {
  check(folder);
  console.log(`The consumer's tests passed, in ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
