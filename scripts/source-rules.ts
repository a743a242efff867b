// Rules that Biome cannot check, since it reads one file at a time or knows no such rule.
import { dirname, join, matchesGlob } from 'node:path/posix';

/** Source texts by their path from the root. */
export type Sources = ReadonlyMap<string, string>;

/** Pure machines: these files, and every file they import at run time, see no clock, promise or abort controller. */
const REDUCERS = {
  entries: ['src/client/subscribe/reduce.ts', 'src/client/presence/reduce.ts'],
  deny: [
    'src/client/runtime/!(backoff).ts',
    'src/client/{auth,builder,features,listeners,request}/**',
    'src/protocol/clock.ts',
    'ky',
    'p-retry',
  ],
  words:
    /\b(?:Promise|AbortController|AbortSignal|async|await|setTimeout|Date\.now|new Date\(\)|Math\.random)(?!\w)/,
  why: 'a reducer is a pure function: no clock, promise or abort controller',
};

// A string or template, or a comment.
const TEXT_OR_COMMENT =
  /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<!\\)\/\/[^\n]*/g;
// An import or re-export that is there at run time.
const STATEMENT =
  /^(?:import|export)\s+(?!type\b)(?:([\w$*{},\s]+?)\s*from\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm;
const RE_EXPORT = /^(?:import|export)\s+(?:type\s+)?(?:[\w$*{},\s]+?\s*from\s*)?''\s*;/gm;
const NAMED_EXPORT = /^export\s+(?:type\s+)?\{[\w$,\s]*\}\s*;/gm;

/** What is wrong, each with its place. */
export function problemsIn(sources: Sources): readonly string[] {
  return [...reducerFiles(sources)]
    .flatMap((path) => impurities(path, sources.get(path) ?? ''))
    .concat(
      [...sources]
        .filter(([path, text]) => hasCodeInIndex(path, text))
        .map(([path]) => `${path}: an index.ts holds re-exports only`),
    );
}

function impurities(path: string, text: string): readonly string[] {
  const denied = importsOf(path, text).filter((target) =>
    REDUCERS.deny.some((glob) => matchesGlob(target, glob)),
  );
  const words = withoutText(text)
    .split('\n')
    .flatMap((line, index) => {
      const word = REDUCERS.words.exec(line)?.[0];
      return word ? [`${path}:${index + 1} uses ${word}: ${REDUCERS.why}`] : [];
    });
  return [...denied.map((target) => `${path} imports ${target}: ${REDUCERS.why}`), ...words];
}

function reducerFiles(sources: Sources): ReadonlySet<string> {
  const reached = new Set(REDUCERS.entries.filter((path) => sources.has(path)));
  for (const path of reached) {
    for (const target of importsOf(path, sources.get(path) ?? ''))
      if (sources.has(target)) reached.add(target);
  }
  return reached;
}

// Paths from the root, and names of packages. Types vanish when compiled.
function importsOf(path: string, text: string): readonly string[] {
  const code = text.replace(TEXT_OR_COMMENT, (_, kept?: string) => kept ?? '');
  return [...code.matchAll(STATEMENT)]
    .filter(([, names = '']) => !/^\{(?:\s*type\s[^,}]*,?)+\s*\}$/.test(names))
    .map((match) => match[2] ?? match[3] ?? '')
    .map((specifier) => (specifier.startsWith('.') ? join(dirname(path), specifier) : specifier));
}

// Comments and the contents of strings are blanked; lines stay.
function withoutText(text: string): string {
  return text.replace(TEXT_OR_COMMENT, (match, kept?: string) =>
    kept ? "''" : match.replace(/[^\n]/g, ' '),
  );
}

function hasCodeInIndex(path: string, text: string): boolean {
  if (!path.startsWith('src/') || !path.endsWith('/index.ts')) return false;
  return withoutText(text).replace(RE_EXPORT, '').replace(NAMED_EXPORT, '').trim() !== '';
}
