// Reads the members of an interface from its source: what editors show is what the pages say.
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readProjectFile } from './docs-page.ts';

/** One member of an interface. */
export interface Member {
  readonly name: string;
  readonly optional: boolean;
  /** On one line; an object with comments inside is `{ … }`, whose members `members` has. */
  readonly type: string;
  /** Its comment, on one line, without tags; empty when there is none. */
  readonly text: string;
  /** What `@default` says. */
  readonly fallback: string | undefined;
  /** The members of an object that is written out. */
  readonly members: readonly Member[];
}

// A comment, if there is one, and the member's name; of a method, the parameters too.
const HEAD = /^\s*(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?(?:readonly )?(\w+|'[^']+')(\?)?(?:\([^()]*\))?:\s*/;

/**
 * The members of an interface that is exported somewhere in a folder, in their order, and after them those of the
 * interfaces in the folder that it extends. Throws when there is none.
 */
export function membersOf(folder: string, name: string): readonly Member[] {
  const source = sourceOf(folder, name);
  if (source === undefined) throw new Error(`Nothing in ${folder} exports an interface ${name}.`);
  const declaration = source.slice(source.search(declarationOf(name)));
  const end = afterName(declaration);
  const start = declaration.indexOf('{', end);
  const [, bases = ''] = /extends ([^{]+)/.exec(declaration.slice(end, start)) ?? [];
  const inherited = bases
    .split(',')
    .map((base) => /^\w+/.exec(base.trim())?.[0] ?? '')
    .filter((base) => base !== '' && sourceOf(folder, base) !== undefined)
    .flatMap((base) => membersOf(folder, base));
  const own = membersIn(declaration.slice(start + 1, closing(declaration, start)));
  const names = new Set(own.map((member) => member.name));
  return [...own, ...inherited.filter((member) => !names.has(member.name))];
}

function membersIn(body: string): readonly Member[] {
  const members: Member[] = [];
  let rest = body;
  for (;;) {
    const [head, comment = '', name = '', mark] = HEAD.exec(rest) ?? [];
    if (head === undefined) return members;
    const end = endOfType(rest, head.length);
    const type = rest.slice(head.length, end).trim();
    const [text = '', fallback] = oneLine(comment.replaceAll(/^\s*\* ?/gm, '')).split(/ ?@default /);
    const isObject = type.startsWith('{') && type.includes('/**') && closing(type, 0) === type.length - 1;
    members.push({
      ...{ name: name.replaceAll("'", ''), optional: mark === '?', text, fallback },
      type: isObject ? '{ … }' : oneLine(type),
      members: isObject ? membersIn(type.slice(1, -1)) : [],
    });
    rest = rest.slice(end + 1);
  }
}

// Where the head of an interface goes on after its name and its type parameters.
function afterName(declaration: string): number {
  const name = /^export interface \w+/.exec(declaration)?.[0].length ?? 0;
  if (declaration[name] !== '<') return name;
  let depth = 0;
  for (let at = name; at < declaration.length; at++) {
    if (declaration[at] === '<') depth++;
    if (declaration[at] === '>' && --depth === 0) return at + 1;
  }
  throw new Error(`The type parameters have no end: ${declaration.slice(0, 80)}`);
}

// Where the bracket at a place is closed.
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if ('{[('.includes(text[at] ?? '')) depth++;
    if ('}])'.includes(text[at] ?? '') && --depth === 0) return at;
  }
  throw new Error(`A bracket is not closed: ${text.slice(start, start + 80)}`);
}

function endOfType(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if ('{[('.includes(text[at] ?? '')) depth++;
    if ('}])'.includes(text[at] ?? '')) depth--;
    if (text[at] === ';' && depth === 0) return at;
  }
  return text.length;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

function sourceOf(folder: string, name: string): string | undefined {
  const sources = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map(readProjectFile);
  return sources.find((text) => declarationOf(name).test(text));
}

function declarationOf(name: string): RegExp {
  return new RegExp(`^export interface ${name}\\b`, 'm');
}
