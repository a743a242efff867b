import { dirname, join, matchesGlob } from 'node:path/posix';
import { type Import, importsOf, onlyCode, onlyReExports } from './parse.ts';
import { IMPORT_RULES, type ImportRule, LENGTH, REDUCERS, VAGUE_FOLDERS } from './rules.ts';

/** Source texts by their path from the root. */
export type Sources = ReadonlyMap<string, string>;

/** What is wrong, and where. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly level: 'error' | 'warning';
  readonly text: string;
}

interface Edge extends Import {
  /** Path from the root, or the name of a package. */
  readonly target: string;
}

type Graph = ReadonlyMap<string, readonly Edge[]>;

/** Holds every rule of `rules.ts` against the sources. */
export function check(sources: Sources): readonly Finding[] {
  const graph: Graph = new Map([...sources].map(([path, text]) => [path, edgesOf(path, text)]));
  return [
    ...IMPORT_RULES.flatMap((rule) => breaches(rule, graph)),
    ...cycles(graph),
    ...impurities(sources, graph),
    ...[...sources].flatMap(([path, text]) => shape(path, text)),
  ];
}

function edgesOf(path: string, text: string): readonly Edge[] {
  return importsOf(text).map((edge) => ({ ...edge, target: targetOf(path, edge.specifier) }));
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(path), specifier);
  if (specifier === 'timetoken' || specifier.startsWith('timetoken/')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function matches(path: string, globs: readonly string[] = []): boolean {
  return globs.some((glob) => matchesGlob(path, glob));
}

function error(path: string, line: number, text: string): Finding {
  return { path, line, level: 'error', text };
}

function breaches(rule: ImportRule, graph: Graph): readonly Finding[] {
  const files = [...graph].filter(([path]) => matches(path, rule.in) && !matches(path, rule.except));
  return files.flatMap(([path, edges]) =>
    edges
      .filter((edge) => !permits(rule, path, edge.target))
      .map((edge) => error(path, edge.line, `imports ${edge.target}: ${rule.why}`)),
  );
}

function permits(rule: ImportRule, path: string, target: string): boolean {
  if (rule.allow && !matches(target, rule.allow)) return false;
  const exceptions = rule.but?.map((glob) => glob.replace('<dir>', dirname(path)));
  return !matches(target, rule.deny) || matches(target, exceptions);
}

// Type-only imports vanish when compiled, so that they close no cycle.
function cycles(graph: Graph): readonly Finding[] {
  const done = new Set<string>();
  const trail: string[] = [];
  const found: Finding[] = [];
  const visit = (path: string, line: number): void => {
    const start = trail.indexOf(path);
    if (start >= 0)
      found.push(error(path, line, `import cycle: ${[...trail.slice(start), path].join(' > ')}`));
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    for (const edge of runTimeEdges(graph, path)) visit(edge.target, edge.line);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, 1);
  return found;
}

function runTimeEdges(graph: Graph, path: string): readonly Edge[] {
  return (graph.get(path) ?? []).filter((edge) => !edge.typeOnly);
}

function impurities(sources: Sources, graph: Graph): readonly Finding[] {
  return [...closure(REDUCERS.entries, graph)].flatMap((path) => {
    const imports = (graph.get(path) ?? []).filter((edge) => matches(edge.target, REDUCERS.deny));
    const lines = onlyCode(sources.get(path) ?? '').split('\n');
    const words = lines.flatMap((line, index) => {
      const word = REDUCERS.words.exec(line)?.[0];
      return word ? [error(path, index + 1, `uses ${word}: ${REDUCERS.why}`)] : [];
    });
    return [
      ...imports.map((edge) => error(path, edge.line, `imports ${edge.target}: ${REDUCERS.why}`)),
      ...words,
    ];
  });
}

function closure(entries: readonly string[], graph: Graph): ReadonlySet<string> {
  const reached = new Set(entries.filter((path) => graph.has(path)));
  for (const path of reached) {
    for (const edge of runTimeEdges(graph, path)) if (graph.has(edge.target)) reached.add(edge.target);
  }
  return reached;
}

function shape(path: string, text: string): readonly Finding[] {
  const folder = dirname(path)
    .split('/')
    .find((name) => VAGUE_FOLDERS.includes(name));
  return [
    ...(folder ? [error(path, 1, `lies in a folder named ${folder}: name it after what it does`)] : []),
    ...(isIndex(path) && !onlyReExports(text) ? [error(path, 1, 'an index.ts holds re-exports only')] : []),
    ...(matches(path, LENGTH.in) ? length(path, text.trimEnd().split('\n').length) : []),
  ];
}

function isIndex(path: string): boolean {
  return path.startsWith('src/') && path.endsWith('/index.ts');
}

function length(path: string, lines: number): readonly Finding[] {
  if (lines > LENGTH.fail)
    return [error(path, lines, `has ${lines} lines: split it (at most ${LENGTH.fail})`)];
  if (lines <= LENGTH.warn) return [];
  return [{ path, line: lines, level: 'warning', text: `has ${lines} lines: more than ${LENGTH.warn}` }];
}
