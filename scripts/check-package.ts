// Packs the package and looks at the tarball as a stranger would: publint, attw, programs that compile against it and
// programs that load it. `npm run check:package` runs this; dist must be built.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
// Inside node_modules, so that the dependencies of the unpacked package are found on the way up.
const WORK = join(ROOT, 'node_modules/.cache/timetoken/package');
const UNPACKED = join(WORK, 'node_modules/timetoken');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Compilers settings of programs that use the package; nothing in a declaration file is skipped. */
const STRICT = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  declaration: true,
};
const CONSUMERS = [
  {
    name: 'core, bundler',
    file: 'core.ts',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'preserve',
    moduleResolution: 'bundler',
  },
  {
    name: 'core, nodenext',
    file: 'core.ts',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  {
    name: 'features, bundler',
    file: 'features.ts',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'preserve',
    moduleResolution: 'bundler',
  },
  {
    name: 'Node without DOM, nodenext',
    file: 'node.ts',
    lib: ['es2024'],
    types: ['node'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  {
    name: 'conformance of engines without DOM, nodenext',
    file: 'engine.ts',
    lib: ['es2024'],
    types: ['node'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  {
    name: 'server-sent events without DOM, nodenext',
    file: 'sse.ts',
    lib: ['es2024'],
    types: ['node'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  {
    name: 'test kit, nodenext',
    file: 'testing.ts',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: ['node'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  {
    name: 'Node without DOM, bundler',
    file: 'node.ts',
    lib: ['es2024'],
    types: ['node'],
    module: 'preserve',
    moduleResolution: 'bundler',
  },
];

let failures = 0;

function step(name: string, args: readonly string[], cwd = WORK): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status === 0) return;
  failures++;
  console.log(`${stdout}${stderr}`.trimEnd());
}

function tool(path: string): string {
  return join(ROOT, 'node_modules', path);
}

function pack(): string {
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(UNPACKED, { recursive: true });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', '--silent', '--ignore-scripts', '--pack-destination', WORK], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  const tarball = join(WORK, `${manifest.name}-${manifest.version}.tgz`);
  execFileSync('tar', ['-xzf', tarball, '-C', UNPACKED, '--strip-components=1']);
  return tarball;
}

function compile({ name, file, ...options }: (typeof CONSUMERS)[number], index: number): void {
  copyFileSync(join(ROOT, 'test/types/consumer', file), join(WORK, file));
  const config = join(WORK, `tsconfig.${index}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: [file] }));
  step(`compiles: ${name}`, [tool('typescript/bin/tsc'), '-p', config, '--pretty', 'false']);
}

function load(entry: string): void {
  const specifier = join(manifest.name, entry).replaceAll('\\', '/');
  const quiet = "process.on('warning', (warning) => { throw warning; });";
  step(`import('${specifier}')`, ['--input-type=module', '-e', `${quiet} await import('${specifier}');`]);
  step(`require('${specifier}')`, ['--input-type=commonjs', '-e', `${quiet} require('${specifier}');`]);
}

const tarball = pack();
writeFileSync(join(WORK, 'package.json'), '{ "private": true, "type": "module" }');
step('publint', [tool('publint/src/cli.js'), 'run', tarball, '--strict'], ROOT);
step(
  'attw',
  [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only', '--no-color'],
  ROOT,
);
CONSUMERS.forEach(compile);
// The entry for vitest loads inside vitest only: `check:consumer` does that.
const NOT_LOADED = ['./package.json', './testing/vitest'];
for (const entry of Object.keys(manifest.exports)) if (!NOT_LOADED.includes(entry)) load(entry);
for (const [name, path] of Object.entries(manifest.bin))
  step(`${name} --version`, [join(UNPACKED, path), '--version']);
process.exitCode = failures > 0 ? 1 : 0;
