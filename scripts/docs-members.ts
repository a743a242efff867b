// Reads the documented members of an interface from its source: what editors show is what the pages say.
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

/** The members of an exported interface, in their order. Throws when there is none. */
export function membersOf(path: string, name: string): readonly Member[] {
  const source = readProjectFile(path);
  const start = source.search(new RegExp(`^export interface ${name}\\b`, 'm'));
  if (start < 0) throw new Error(`${path} exports no interface ${name}.`);
  const body = source.slice(source.indexOf('{', start) + 1, source.indexOf('\n}', start) + 1);
  return [...body.matchAll(MEMBER)].map(([, comment = '', member = '', mark, type = '']) => {
    const [text = '', fallback] = oneLine(comment.replaceAll(/^\s*\* ?/gm, '')).split(/ ?@default /);
    return { name: member, optional: mark === '?', type: oneLine(type), text, fallback };
  });
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
