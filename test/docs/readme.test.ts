import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readProjectFile } from '../../scripts/docs-page.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('the README can be read in a few minutes: it has at most 1500 words', () => {
  expect(readProjectFile('README.md').split(/\s+/).length).toBeLessThanOrEqual(1_500);
});

it.each([
  ['whose trademark the name is', /neither affiliated with nor endorsed by PubNub Inc\./],
  ['two commands', /npm ci && npm start[\s\S]*npm ci && npm test/],
  ['a picture with words for those who do not see it', /!\[[^\]]{40,}\]\(docs\/assets\/start\.svg\)/],
  ['what npm prints on Node 20', /Node 20, npm prints .* `EBADENGINE` warnings/],
  ['its limits', /^## Limits$/m],
])('the README says %s', (_, words) => expect(readProjectFile('README.md')).toMatch(words));

it('the index of the documentation has every page, but for those that its pages list', () => {
  const index = readProjectFile('docs/README.md');
  const pages = globSync('docs/**/*.md', { cwd: ROOT }).map((page) =>
    page.replaceAll('\\', '/').slice('docs/'.length),
  );
  const listed = (page: string) =>
    /^README|errors\/PN-|decisions\/\d/.test(page) || index.includes(`](${page})`);
  expect(pages.filter((page) => !listed(page))).toEqual([]);
});
