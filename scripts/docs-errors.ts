// The head of each error page, and the index, from the list of codes.
import { ERROR_KINDS, type ErrorKind } from '../src/client/errors/codes.ts';
import { ERROR_TITLES } from './docs-error-titles.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';

const FOLDER = 'docs/reference/errors';

/** The page of every code, and their index. Each page must be there: everything below its head is written by hand. */
export function errorPages(): readonly GeneratedPage[] {
  const kinds: readonly (readonly [string, ErrorKind])[] = Object.entries(ERROR_KINDS);
  const titles: Readonly<Record<string, string>> = ERROR_TITLES;
  const pages = kinds.map(([name, kind]) => ({
    path: `${FOLDER}/${name}.md`,
    sections: { head: headOf(`${name}: ${titles[name]}`, kind) },
  }));
  const rows = kinds.map(([name, { category, retryable }]) => [
    `[${name}](${name}.md)`,
    titles[name] ?? '',
    code(category),
    retryable ? 'yes' : 'no',
  ]);
  const index = table(['Code', 'Title', 'Category', 'Retryable'], rows);
  return [{ path: `${FOLDER}/index.md`, sections: { index } }, ...pages];
}

function headOf(title: string, { category, retryable, next }: ErrorKind): string {
  const facts = table(
    ['Category', 'Retryable', 'The message ends with'],
    [[code(category), retryable ? 'yes' : 'no', next]],
  );
  return `# ${title}\n\n${facts}`;
}
