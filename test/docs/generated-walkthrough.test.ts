import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** One change of the walk-through: a new file, or lines that are added after others. */
interface Step {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

describe('the walk-through of CONTRIBUTING.md, "Add an endpoint in ten minutes"', () => {
  const steps = stepsIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
  const copy = mkdtempSync(join(tmpdir(), 'timetoken-walkthrough-'));
  beforeAll(() => {
    for (const part of [
      'src',
      'scripts',
      'test/support',
      'tsconfig.json',
      'vitest.config.ts',
      'package.json',
    ])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
    for (const step of steps) carryOut(copy, step);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('changes the files that it names', () => {
    expect([...new Set(steps.map(({ path }) => path))]).toEqual([
      'src/protocol/status.ts',
      'src/client/features/namespaces/list-groups-in-namespace.ts',
      'src/client/catalogue.ts',
      'src/index.ts',
      'test/client/features/namespaces/list-groups-in-namespace.test.ts',
    ]);
  });

  it('compiles', async () => {
    const compilerOptions = { rewriteRelativeImportExtensions: false };
    const config = { extends: './tsconfig.json', compilerOptions, include: ['src', 'test/client'] };
    writeFileSync(join(copy, 'tsconfig.walk.json'), JSON.stringify(config));
    await run(copy, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.walk.json');
  }, 600_000);

  it('passes its own test', async () => {
    const { stdout } = await run(copy, 'node_modules/vitest/vitest.mjs', 'run', 'test/client');
    expect(stdout).toMatch(/Tests .*5 passed/);
  }, 600_000);
});

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
  const after = lines.filter((line) => line.startsWith(' ')).map((line) => line.slice(1));
  const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  const source = readFileSync(file, 'utf8');
  const place = `${after.join('\n')}\n`;
  if (!source.includes(place)) throw new Error(`${path} does not hold "${place}".`);
  writeFileSync(
    file,
    source.replace(place, () => `${place}${added.join('\n')}\n`),
  );
}

function run(cwd: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  return execute(process.execPath, args, { cwd, env: { ...env, NO_COLOR: '1' }, encoding: 'utf8' });
}
