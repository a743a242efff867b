import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { linksOf } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

// Paths of this project in comments: `docs/reference/protocol.md`.
const CITED = /\b(?:docs|examples|bench|scripts|test|src)\/[\w./-]*\.(?:md|ts|svg)\b/g;

/** What npm would pack, and the folders of it. */
function packed(): ReadonlySet<string> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const text = execFileSync(NPM, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ files }]: [{ files: readonly { path: string }[] }] = JSON.parse(text);
  const names = new Set<string>();
  for (const { path } of files)
    for (let name = path; name !== '.'; name = posix.dirname(name)) names.add(name);
  return names;
}

describe('the package, without the checkout around it', () => {
  let names: ReadonlySet<string> = new Set();
  beforeAll(() => {
    names = packed();
  });

  const missing = (file: string, target: string) =>
    !names.has(target.replace(/\/$/, '')) && `${file}: ${target}`;
  const within = (extension: string) => [...names].filter((name) => name.endsWith(extension));
  const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');

  it('has the README, the pages, the changelog, the licence and the examples', () => {
    for (const name of [
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'docs/README.md',
      'examples/first-message.ts',
    ])
      expect(names).toContain(name);
  });

  it('has what its pages link to', () => {
    const dead = within('.md').flatMap((page) =>
      linksOf(text(page)).flatMap((link) => {
        if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
        const [path = ''] = link.split('#');
        const target = path === '' ? page : posix.join(dirname(page), decodeURIComponent(path));
        return missing(page, target) || [];
      }),
    );
    expect(dead).toEqual([]);
  });

  it('has what the comments of its types cite', () => {
    const types = within('.d.ts');
    expect(types, 'Run `npm run build` first.').not.toEqual([]);
    const dead = types.flatMap((file) =>
      (text(file).match(CITED) ?? []).flatMap((path) => missing(file, path) || []),
    );
    expect(dead).toEqual([]);
  });
});
