// Reads the documented members of an interface from its source: what editors show is what the pages say.
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readProjectFile } from './docs-page.ts';

/** One documented member of an interface. */
export interface Member {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  /** Its comment, on one line, without tags. */
  readonly text: string;
  /** What `@default` says. */
  readonly fallback: string | undefined;
}

const MEMBER = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:readonly )?(\w+)(?:\([^()]*\))?(\?)?: ([\s\S]*?);\n/g;

/**
 * The members of an interface that is exported somewhere in a folder, in their order, and after them those of the
 * interfaces in the folder that it extends. Throws when there is none.
 */
export function membersOf(folder: string, name: string): readonly Member[] {
  const source = sourceOf(folder, name);
  if (source === undefined) throw new Error(`Nothing in ${folder} exports an interface ${name}.`);
  const declaration = source.slice(source.search(declarationOf(name)));
  const start = declaration.indexOf('{');
  const [, bases = ''] = /extends ([^{]+)/.exec(declaration.slice(0, start)) ?? [];
  const inherited = bases
    .split(',')
    .map((base) => base.trim())
    .filter((base) => /^\w+$/.test(base) && sourceOf(folder, base) !== undefined)
    .flatMap((base) => membersOf(folder, base));
  const isEmpty = declaration[start + 1] === '}';
  const own = isEmpty ? [] : membersIn(declaration.slice(start + 1, declaration.indexOf('\n}', start) + 1));
  const names = new Set(own.map((member) => member.name));
  return [...own, ...inherited.filter((member) => !names.has(member.name))];
}

function membersIn(body: string): readonly Member[] {
  return [...body.matchAll(MEMBER)].map(([, comment = '', member = '', mark, type = '']) => {
    const [text = '', fallback] = oneLine(comment.replaceAll(/^\s*\* ?/gm, '')).split(/ ?@default /);
    return { name: member, optional: mark === '?', type: oneLine(type), text, fallback };
  });
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
