import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Block } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const NPM_COMMANDS = ['ci', 'install', 'i', 'pack', 'link', 'init', 'exec', 'uninstall'];

/** What the commands of a block are held against. */
export interface Facts {
  readonly scripts: Readonly<Record<string, string>>;
  /** The text of `timetoken … --help`, or `undefined` while there is no CLI. */
  readonly help: ((commands: readonly string[]) => string) | undefined;
  exists(path: string): boolean;
}

/** The facts of this project. */
export function projectFacts(): Facts {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Pick<Facts, 'scripts'>;
  const pages = new Map<string, string>();
  const help = (commands: readonly string[]) => {
    const key = commands.join(' ');
    const page =
      pages.get(key) ?? execFileSync(process.execPath, [CLI, ...commands, '--help'], { encoding: 'utf8' });
    pages.set(key, page);
    return page;
  };
  return {
    scripts,
    help: existsSync(CLI) ? help : undefined,
    exists: (path) => existsSync(join(ROOT, path)),
  };
}

/** What is wrong with the commands of a shell block: scripts, files, commands and options that do not exist. */
export function commandProblems(block: Block, facts: Facts): readonly string[] {
  return commandsOf(block).flatMap(({ line, words }) => {
    const problem = problemOf(words, facts);
    return problem ? [`${block.page}:${line} ${problem}`] : [];
  });
}

interface Command {
  readonly line: number;
  readonly words: readonly string[];
}

// `console` blocks show output as well: there, a command starts with `$`.
function commandsOf(block: Block): readonly Command[] {
  const joined = block.code.replace(/\\\n/g, ' \0');
  let skipped = 0;
  return joined.split('\n').flatMap((text, index) => {
    const line = block.line + index + 1 + skipped;
    skipped += text.split('\0').length - 1;
    if (block.language === 'console' && !text.startsWith('$ ')) return [];
    return simpleCommands(text.replaceAll('\0', '').replace(/^\$ /, '')).map((words) => ({ line, words }));
  });
}

function simpleCommands(text: string): readonly (readonly string[])[] {
  const words =
    text.match(/'[^']*'|"(?:\\.|[^"\\])*"|&&|\|\||[|;&]|#.*|[^\s|;&'"]+(?:'[^']*'|"(?:\\.|[^"\\])*")?/g) ??
    [];
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word.startsWith('#')) break;
    if (/^(?:&&|\|\||[|;&])$/.test(word)) commands.push([]);
    else if (commands.at(-1)?.length !== 0 || !/^\w+=/.test(word)) commands.at(-1)?.push(word);
  }
  return commands.filter((command) => command.length > 0);
}

function problemOf([program = '', ...args]: readonly string[], facts: Facts): string | undefined {
  if (program === 'npm')
    return npmProblem(
      args.filter((arg) => !arg.startsWith('-')),
      facts,
    );
  if (program === 'npx') return args[0] === 'timetoken' ? cliProblem(args.slice(1), facts) : undefined;
  if (program === 'timetoken') return cliProblem(args, facts);
  if (program === 'node')
    return fileProblem(
      args.find((arg) => !arg.startsWith('-')),
      facts,
    );
  return undefined;
}

function npmProblem([command = '', name = '']: readonly string[], { scripts }: Facts): string | undefined {
  const script = command === 'run' ? name : command === 'test' || command === 't' ? 'test' : command;
  if (command !== 'run' && NPM_COMMANDS.includes(command)) return undefined;
  return script in scripts ? undefined : `package.json has no script "${script}"`;
}

function fileProblem(path: string | undefined, facts: Facts): string | undefined {
  if (
    path === undefined ||
    !/\.[cm]?[jt]s$/.test(path) ||
    !/^(?:\.\/)?(?:examples|bench|scripts|dist)\//.test(path)
  )
    return;
  return facts.exists(path) ? undefined : `there is no file ${path}`;
}

function cliProblem(args: readonly string[], { help }: Facts): string | undefined {
  if (!help) return undefined;
  const commands: string[] = [];
  for (const arg of args) {
    if (!commandsIn(help(commands)).includes(arg)) break;
    commands.push(arg);
  }
  const first = args[0];
  if (commands.length === 0 && first !== undefined && !first.startsWith('-'))
    return `timetoken has no command "${first}"`;
  const known = optionsIn(`${help(commands)}\n${help([])}`);
  const unknown = args
    .map((arg) => arg.split('=')[0] ?? '')
    .filter((arg) => /^--?[a-z]/i.test(arg) && !known.has(arg));
  if (unknown.length === 0) return undefined;
  return `${['timetoken', ...commands].join(' ')} has no option ${unknown.join(', ')}`;
}

function commandsIn(help: string): readonly string[] {
  const section = /^Commands:\n((?: .*\n?|\n(?= ))*)/m.exec(help)?.[1] ?? '';
  return [...section.matchAll(/^ {2}([\w-]+)(?:\|([\w-]+))?/gm)].flatMap((match) =>
    match.slice(1).filter(Boolean),
  );
}

function optionsIn(help: string): ReadonlySet<string> {
  return new Set(help.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g));
}
