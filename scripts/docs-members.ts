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

const MEMBER = /\/\*\*([\s\S]*?)\*\/\s*(?:readonly )?(\w+)(\?)?: ([\s\S]*?);\n/g;

/** The members of an interface that is exported somewhere in a folder, in their order. Throws when there is none. */
export function membersOf(folder: string, name: string): readonly Member[] {
  const source = sourceOf(folder, name);
  const start = source.search(declarationOf(name));
  const body = source.slice(source.indexOf('{', start) + 1, source.indexOf('\n}', start) + 1);
  return [...body.matchAll(MEMBER)].map(([, comment = '', member = '', mark, type = '']) => {
    const [text = '', fallback] = oneLine(comment.replaceAll(/^\s*\* ?/gm, '')).split(/ ?@default /);
    return { name: member, optional: mark === '?', type: oneLine(type), text, fallback };
  });
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

function sourceOf(folder: string, name: string): string {
  const sources = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map(readProjectFile);
  const source = sources.find((text) => declarationOf(name).test(text));
  if (source === undefined) throw new Error(`Nothing in ${folder} exports an interface ${name}.`);
  return source;
}

function declarationOf(name: string): RegExp {
  return new RegExp(`^export interface ${name}\\b`, 'm');
}
