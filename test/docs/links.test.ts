import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { linksOf, pagesIn } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = pagesIn(root);

/** The anchors that a page offers, as code hosts make them from its headings. */
function anchors(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1\s*$/gm, '');
  return [...text.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function problemOf(page: string, link: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor && target.endsWith('.md') && !anchors(target).includes(anchor))
    return `${link}: no such heading`;
  return undefined;
}

it('finds pages only where they are looked for', () => {
  expect(pages.every((page) => page.endsWith('.md'))).toBe(true);
});

it.each(pages)('every relative link of %s leads somewhere', (page) => {
  const links = linksOf(readFileSync(join(root, page), 'utf8'));
  const problems = links.flatMap((link) => problemOf(page, link) ?? []);
  expect(problems).toEqual([]);
});
