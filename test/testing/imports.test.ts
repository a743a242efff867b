import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src/testing/index.ts', import.meta.url));

it('the kit loads where there are no modules of Node: it imports them only when they are used', async () => {
  const { metafile } = await build({
    ...{ entryPoints: [SOURCE], bundle: true, splitting: true, format: 'esm', write: false, outdir: 'out' },
    ...{ external: ['node:*', 'msw'], metafile: true, platform: 'neutral', mainFields: ['module', 'main'] },
  });
  const now = new Set<string>();
  const visit = (path: string) => {
    if (now.has(path)) return;
    now.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') visit(next);
  };
  visit('out/index.js');
  expect([...now].filter((path) => /^(node:|msw)/.test(path))).toEqual([]);
  const later = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(later).toContain('node:http');
});
