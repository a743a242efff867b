// Interfaces of answers and events as tables of fields.
import { type Member, membersOf } from './docs-members.ts';
import { code, table } from './docs-page.ts';

/** An interface, and the place at which its members are: `messages[].` for those of each message. */
export interface Shape {
  readonly name: string;
  readonly at?: string;
  /** What the type parameters of the interface stand for. */
  readonly types?: Readonly<Record<string, string>>;
}

/** One row: the path of a field, its type, and what it means. */
export interface Field {
  readonly path: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
}

/** The fields of shapes, in their order; those of an object that is written out follow it. Throws when one has no text. */
export function fieldsOf(folder: string, shapes: readonly Shape[]): readonly Field[] {
  return shapes.flatMap(({ name, at = '', types = {} }) =>
    membersOf(folder, name).flatMap((member) => rowsOf(member, { name, at, types })),
  );
}

/** Fields as a table. A question mark says that a field may be absent. */
export function fieldsTable(head: string, fields: readonly Field[]): string {
  return table(
    [head, 'Type', 'Description'],
    fields.map(({ path, optional, type, text }) => [code(optional ? `${path}?` : path), code(type), text]),
  );
}

function rowsOf(member: Member, { name, at, types }: Required<Shape>): readonly Field[] {
  const { optional, text, members } = member;
  const path = `${at}${member.name}`;
  if (text === '' && members.length === 0) throw new Error(`${name}.${member.name} has no comment.`);
  const own = { path, optional, type: plain(member.type, types), text };
  const inner = members.flatMap((each) => rowsOf(each, { name, at: `${path}.`, types }));
  return text === '' ? inner : [own, ...inner];
}

// As a reader would say it: without `readonly`, and with what type parameters stand for.
function plain(type: string, types: Readonly<Record<string, string>>): string {
  const named = type.replaceAll(/\b\w+\b/g, (word) =>
    Object.hasOwn(types, word) ? (types[word] ?? word) : word,
  );
  return named
    .replaceAll(/\breadonly /g, '')
    .replaceAll(/Readonly<(Record<[^<>]*>)>/g, '$1')
    .replace(/^\| /, '');
}
