// Node loads each of the package's many small files on its own, which is half of the time that an import takes. For
// its `node` condition every entry is therefore put together; bundlers get the small files, which they can shake.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

interface Manifest {
  readonly exports: Record<string, string | { readonly default: string; readonly node?: string }>;
}

const ROOT = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest;

const entryPoints = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'object' && target.node ? [fileURLToPath(new URL(target.default, ROOT))] : [],
);

// Threads that an entry starts, beside it as in `dist`.
const workers = ['worker', 'backup-worker'].map((name) =>
  fileURLToPath(new URL(`dist/origin/store/sqlite/${name}.js`, ROOT)),
);

await build({
  entryPoints: [...entryPoints, ...workers],
  outdir: fileURLToPath(new URL('dist/bundled', ROOT)),
  outbase: fileURLToPath(new URL('dist', ROOT)),
  bundle: true,
  // What entries share is loaded once, so that an error of one is an instance of the other's class.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  packages: 'external',
  // Without the paths of this repository: an entry that uses another one imports it, and not a copy.
  tsconfigRaw: '{}',
  chunkNames: 'shared/[hash]',
  logLevel: 'warning',
});
