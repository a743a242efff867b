// Pages are written by hand; what can be read from the code stands in them between two markers, and is replaced there.
import { readFileSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);

/** What belongs between the markers of one page, by the name in the marker. */
export interface GeneratedPage {
  /** From the root of the project. */
  readonly path: string;
  readonly sections: Readonly<Record<string, string>>;
}

/** The text of a file of the project. */
export function readProjectFile(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The page as it ought to be. Throws when a section has no markers in it. */
export function rendered({ path, sections }: GeneratedPage): string {
  let text = readProjectFile(path);
  for (const [name, content] of Object.entries(sections)) text = spliced(text, { path, name, content });
  return text;
}

/** Brings a page up to date; returns whether it was not. */
export function update(page: GeneratedPage): boolean {
  const text = rendered(page);
  if (text === readProjectFile(page.path)) return false;
  writeFileSync(new URL(page.path, ROOT), text);
  return true;
}

/** Rows as a Markdown table; a bar within a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A word or expression as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

function spliced(
  text: string,
  { path, name, content }: { readonly path: string; readonly name: string; readonly content: string },
): string {
  const start = `<!-- generated: ${name} -->`;
  const end = '<!-- end of generated part -->';
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${path} lacks the markers "${start}" and "${end}".`);
  return `${text.slice(0, from + start.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}
