// Runs the tests of examples/consumer-ci as its owner would: in a folder outside this repository, with the package
// installed from its tarball, on vitest, node:test and jest, on the Node of this checkout and on the oldest that is
// supported. `npm run check:consumer` runs this; dist must be built.
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
const SUITES = ['test:vitest', 'test:node', 'test:jest'];
/** What this checkout has the tools for. */
const OWN_SUITES = ['test:vitest', 'test:node'];
const OLDEST_NODE = 22;
const { name, version, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as Manifest;

// Nothing that this process was told about its own tests.
const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...rest } = process.env;
/** The folder of the Node that this package is made with. */
const OWN_NODE = join(ROOT, 'node_modules/.bin');
const QUIETLY = [
  ...['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'],
  ...['--loglevel', 'error', '--fetch-retries', '1', '--fetch-retry-mintimeout', '1000'],
];

function npm(args: readonly string[], cwd: string, node = OWN_NODE): void {
  console.log(`$ npm ${args.join(' ')}`);
  const env = { ...rest, PATH: `${node}${delimiter}${process.env['PATH']}` };
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

function run(suites: readonly string[], service: string, node: string): void {
  const { stdout } = spawnSync(join(node, 'node'), ['--version'], { encoding: 'utf8' });
  console.log(`On Node ${stdout.trim()}:`);
  for (const suite of suites) npm(['run', suite], service, node);
}

// The binary alone: the package "node" would need its install script to fetch it.
function oldNode(folder: string): string {
  const home = join(folder, 'node');
  mkdirSync(home);
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const binary = `node-${system}-${process.arch}`;
  npm(['install', ...QUIETLY, '--prefix', home, `${binary}@${OLDEST_NODE}`], home);
  return join(home, 'node_modules', binary, 'bin');
}

/** Runs the suites; returns what could not be run. */
function check(folder: string): readonly string[] {
  if (!relative(ROOT, folder).startsWith('..')) throw new Error(`${folder} is inside the repository.`);
  npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const service = join(folder, 'service');
  mkdirSync(service);
  cpSync(join(ROOT, 'examples/consumer-ci'), service, { recursive: true });
  const tools = TOOLS.map((tool) => `${tool}@${devDependencies[tool]}`);
  const tarball = join(folder, `${name}-${version}.tgz`);
  let old: string;
  try {
    npm(['install', ...QUIETLY, tarball, ...tools], service);
    old = oldNode(folder);
  } catch (error) {
    console.log(
      `${error instanceof Error ? error.message : error} Taking the tools of this checkout instead.`,
    );
    borrow(service, tarball);
    run(OWN_SUITES, service, OWN_NODE);
    const missing = SUITES.filter((suite) => !OWN_SUITES.includes(suite));
    return [...missing, `any suite on Node ${OLDEST_NODE}`];
  }
  for (const node of [OWN_NODE, old]) run(SUITES, service, node);
  return [];
}

if (!existsSync(join(ROOT, 'dist/testing/index.js'))) throw new Error('Run `npm run build` first.');
const begun = performance.now();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'timetoken-consumer-')));
try {
  const missing = check(folder);
  console.log(`The consumer's tests passed, in ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
  if (missing.length > 0) console.log(`Not run, since the registry was not reached: ${missing.join(', ')}.`);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
