import { fileURLToPath } from 'node:url';
import { build, type Platform } from 'esbuild';
import { expect, it } from 'vitest';

function source(name: string): string {
  return fileURLToPath(new URL(`../../src/testing/${name}.ts`, import.meta.url));
}

/** Bundles an entry with all of its packages; returns the imports that are left. */
async function importsLeft(entry: string, platform: Platform): Promise<readonly string[]> {
  const { metafile } = await build({
    ...{ entryPoints: [source(entry)], bundle: true, format: 'esm', write: false, outdir: 'out' },
    ...{ platform, mainFields: ['module', 'main'], metafile: true, logLevel: 'silent' },
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}

it.each([
  ['index', 'browser'],
  ['index', 'neutral'],
  ['msw', 'browser'],
] as const)(
  '"%s" is bundled whole for the platform %s: no module of Node is missing',
  async (entry, platform) => {
    expect(await importsLeft(entry, platform)).toEqual([]);
  },
);
