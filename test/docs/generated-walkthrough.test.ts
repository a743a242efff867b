import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** One change of the walk-through: a new file, or lines that replace others. */
interface Step {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

const FEATURE = 'src/client/features/channel-groups/feature.ts';
const TEST = 'test/client/features/channel-groups/list-groups-in-namespace.test.ts';

describe('the walk-through of CONTRIBUTING.md, "Add an endpoint in ten minutes"', () => {
  const steps = stepsIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
  const copies: string[] = [];
  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  it('names the files that change, the feature first', () => {
    expect([...new Set(steps.map(({ path }) => path))]).toEqual([
      FEATURE,
      'src/protocol/status.ts',
      'src/client/features/exports.ts',
      TEST,
    ]);
  });

  it.each([
    ['the file of the feature alone', steps.filter(({ path }) => path === FEATURE || path === TEST)],
    ['all files', steps],
  ])(
    'compiles and passes its test with the changes of %s',
    async (_, changes) => {
      const copy = copyOfSource();
      copies.push(copy);
      for (const change of changes) carryOut(copy, change);
      await run(copy, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.walk.json');
      const { stdout } = await run(copy, 'node_modules/vitest/vitest.mjs', 'run', 'test/client');
      expect(stdout).toMatch(/Tests .*5 passed/);
    },
    600_000,
  );
});

function copyOfSource(): string {
  const copy = mkdtempSync(join(tmpdir(), 'timetoken-walkthrough-'));
  const parts = ['src', 'scripts', 'test/support', 'tsconfig.json', 'vitest.config.ts', 'package.json'];
  for (const part of parts) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const compilerOptions = { rewriteRelativeImportExtensions: false };
  const config = { extends: './tsconfig.json', compilerOptions, include: ['src', 'test/client'] };
  writeFileSync(join(copy, 'tsconfig.walk.json'), JSON.stringify(config));
  return copy;
}

// A path in the paragraph before a block says which file it is about; further blocks without one go on with it.
function stepsIn(page: string): readonly Step[] {
  const start = page.indexOf('## Add an endpoint in ten minutes');
  const section = page.slice(start, page.indexOf('\n## ', start + 1));
  const steps: Step[] = [];
  let path = '';
  for (const [, prose = '', language = '', text = ''] of section.matchAll(
    /([\s\S]*?)```(\w+)\n([\s\S]*?)```\n/g,
  )) {
    path = /(?:In|Create) `([\w./-]+)`:/.exec(prose)?.[1] ?? path;
    if (language === 'diff' || language === 'text') steps.push({ path, language, text });
  }
  return steps;
}

function carryOut(copy: string, { path, language, text }: Step): void {
  const file = join(copy, path);
  mkdirSync(dirname(file), { recursive: true });
  if (language === 'text') {
    writeFileSync(file, text);
    return;
  }
  const lines = text.split('\n').slice(0, -1);
  const before = linesThatBeginWith([' ', '-'], lines);
  const source = readFileSync(file, 'utf8');
  if (!source.includes(before)) throw new Error(`${path} does not hold "${before}".`);
  writeFileSync(
    file,
    source.replace(before, () => linesThatBeginWith([' ', '+'], lines)),
  );
}

function linesThatBeginWith(marks: readonly string[], lines: readonly string[]): string {
  return lines.flatMap((line) => (marks.includes(line.charAt(0)) ? [`${line.slice(1)}\n`] : [])).join('');
}

function run(cwd: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  return execute(process.execPath, args, { cwd, env: { ...env, NO_COLOR: '1' }, encoding: 'utf8' });
}
