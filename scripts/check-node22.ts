// `npm run check:node22`: every program of the documentation and every example, from the built package, on the oldest
// Node that package.json promises. `-- --node <path>` takes a Node that is there already.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kindOf } from '../test/docs/languages.ts';
import { type Block, blocksIn } from '../test/docs/markdown.ts';
import { type Ending, execute, type Runtime, Workspace } from '../test/docs/programs.ts';
import { installPackages } from './install-packages.ts';

interface Check {
  readonly name: string;
  run(runtime: Runtime): Promise<Ending>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PATIENCE = 120_000;

// The types are only taken away: syntax that is too new for this Node stays, and is found.
const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];

/** The oldest version that package.json promises: `22.13.0` for `>=22.13`. */
function oldest(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [, version] = /^>=(\d+\.\d+)$/.exec(manifest.engines.node) ?? [];
  if (version === undefined) throw new Error(`Cannot read the engine "${manifest.engines.node}".`);
  return `${version}.0`;
}

/** The binary of a version, from npm's package for this platform, which needs no script; nothing without a registry. */
function installed(version: string): string | undefined {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(ROOT, 'node_modules/.cache', `node-${version}`);
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return installPackages(folder, { [name]: version }) && existsSync(node) ? node : undefined;
}

function versionOf(node: string): string {
  const { stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`${node} cannot be run, so nothing was checked.`, { cause: error });
  return stdout.trim();
}

function examples(): readonly Check[] {
  return globSync('examples/*.ts', { cwd: ROOT }).map((name) => ({
    name,
    run: (runtime) => execute([name], { cwd: ROOT, timeout: PATIENCE, runtime }),
  }));
}

const nameOf = ({ page, line }: Block) => `${page}:${line}`;

/** The names of those that do not end by themselves with code 0, with what they print. */
async function failures(checks: readonly Check[], runtime: Runtime): Promise<readonly string[]> {
  const found: string[] = [];
  const queue = checks.values();
  const work = async () => {
    for (const { name, run } of queue) {
      const { code, output, timedOut } = await run(runtime);
      if (timedOut || code !== 0)
        found.push(`${name} ${timedOut ? 'does not end' : `ends with code ${code}`}. Its output:\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
  return found;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { node: { type: 'string' } } });
  const begun = performance.now();
  const node = values.node ?? installed(oldest());
  if (node === undefined) {
    console.log(
      `NOT RUN: Node ${oldest()} could not be installed: the registry was not reached, or has none for this platform. ` +
        'Name a Node that you have: npm run check:node22 -- --node <path>.',
    );
    return;
  }
  const version = versionOf(node);
  const programs = blocksIn(ROOT).filter((block) => kindOf(block) === 'program');
  const newer = programs.filter(({ flags }) => flags.includes('node24'));
  using workspace = new Workspace(programs.filter((block) => !newer.includes(block)));
  const blocks = workspace.programs.map((program) => ({
    name: nameOf(program.block),
    run: (runtime: Runtime) => workspace.run(program, PATIENCE, runtime),
  }));
  const checks = [...examples(), ...blocks];
  const failed = await failures(checks, { node, flags: FLAGS });
  for (const failure of failed) console.error(failure);
  if (failed.length > 0) process.exitCode = 1;
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  console.log(
    `Node ${version}: ${checks.length - failed.length} of ${checks.length} programs and examples end well, in ${seconds} s.`,
  );
  for (const block of newer) console.log(`Left out, since it shows what needs Node 24: ${nameOf(block)}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
