import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXTENSIONS } from './languages.ts';
import type { Block } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PREAMBLE = join(ROOT, 'test/docs/preamble.ts');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A block as a file that can be compiled and run. */
export interface Program {
  readonly block: Block;
  readonly file: string;
}

/** The Node that runs a program: its binary, and the flags that it needs for TypeScript. */
export interface Runtime {
  readonly node: string;
  readonly flags: readonly string[];
}

/** The Node of this process. */
export const THIS_NODE: Runtime = { node: process.execPath, flags: [] };

/** How a child process ended. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

/** The programs of some blocks, in a folder of their own inside the package, where `timetoken` is its own name. */
export class Workspace implements Disposable {
  readonly programs: readonly Program[];
  readonly #folder: string;

  constructor(blocks: readonly Block[]) {
    const parent = join(ROOT, 'test/docs/.blocks');
    mkdirSync(parent, { recursive: true });
    this.#folder = mkdtempSync(join(parent, 'run-'));
    this.programs = blocks.map((block) => ({ block, file: join(this.#folder, fileName(block)) }));
    for (const { block, file } of this.programs) writeFileSync(file, asModule(block));
  }

  /** What the compiler says about all of them in one go: messages by program, without those that are fine. */
  async typeErrors(): Promise<ReadonlyMap<Program, readonly string[]>> {
    const config = join(this.#folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify(this.#compilerConfig()));
    const { code, output } = await execute([TSC, '-p', config, '--pretty', 'false'], {
      cwd: ROOT,
      timeout: 300_000,
    });
    const errors = new Map<Program, string[]>();
    for (const program of this.programs) {
      const found = messagesFor(program, output);
      if (found.length > 0) errors.set(program, found);
    }
    if (code !== 0 && errors.size === 0)
      throw new Error(`The compiler failed outside of the code blocks:\n${output}`);
    return errors;
  }

  /** Runs one of them in its own process and folder. */
  async run({ file }: Program, timeout: number, runtime = THIS_NODE): Promise<Ending> {
    if (!existsSync(join(ROOT, 'dist/index.js')))
      throw new Error('Run `npm run build` first: code blocks use dist.');
    const folder = mkdtempSync(join(tmpdir(), 'timetoken-docs-'));
    try {
      return await execute(['--trace-uncaught', file], { cwd: folder, timeout, runtime });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #compilerConfig(): unknown {
    return {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { allowJs: true, checkJs: true, noImplicitAny: true },
      files: this.programs.map(({ file }) => file),
      include: [],
    };
  }
}

function fileName({ page, line, language }: Block): string {
  return `${page.replaceAll(/[^\w]+/g, '-')}-${line}${EXTENSIONS[language]}`;
}

// Lines stay as they are, so that messages can point at the page.
function asModule({ code, flags, language }: Block): string {
  if (flags.includes('fragment'))
    return `import { ${namesFor(code).join(', ')} } from '../../preamble.ts'; ${code}`;
  return language === 'cjs' || /^(?:import|export)\b/m.test(code) ? code : `${code}export {};\n`;
}

function namesFor(code: string): readonly string[] {
  const offered = readFileSync(PREAMBLE, 'utf8').matchAll(/^export declare (?:const|function) (\w+)/gm);
  return [...offered].flatMap(([, name = '']) =>
    mentions(code, name) && !declares(code, name) ? [name] : [],
  );
}

function mentions(code: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(code);
}

function declares(code: string, name: string): boolean {
  return new RegExp(
    `^(?:export )?(?:const|let|class|function|await using|import)\\b[^=;(]*\\b${name}\\b`,
    'm',
  ).test(code);
}

// A message is a line `path(line,column): text`, with indented lines of detail below it.
function messagesFor({ block, file }: Program, output: string): string[] {
  return [...output.matchAll(/^(\S.*?)\((\d+),\d+\): (.*(?:\n\s+.*)*)/gm)]
    .filter(([, path = '']) => resolve(ROOT, path) === file)
    .map(([, , line, text]) => `${block.page}:${block.line + Number(line)} ${text}`);
}

/** Where a program runs, for how many milliseconds at most, and on which Node. */
export interface Conditions {
  readonly cwd: string;
  readonly timeout: number;
  readonly runtime?: Runtime;
}

/** Runs a file of JavaScript or TypeScript in a process of its own. */
export async function execute(
  args: readonly string[],
  { cwd, timeout, runtime: { node, flags } = THIS_NODE }: Conditions,
): Promise<Ending> {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const child = spawn(node, [...flags, ...args], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const [code, signal] = await once(child, 'close');
  return { code, output, timedOut: signal === 'SIGKILL' };
}
