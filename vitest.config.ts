import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './scripts/vitest-summary.ts';

interface Manifest {
  readonly exports: Record<string, string | { readonly default: string }>;
}

const root = new URL('./', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest;

// `timetoken/x` is the source of what package.json exports as `./x`.
const alias = Object.entries(manifest.exports).flatMap(([entry, target]) => {
  if (typeof target === 'string') return [];
  const source = target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts');
  const find = new RegExp(`^timetoken${entry.slice(1)}$`);
  return [{ find, replacement: fileURLToPath(new URL(source, root)) }];
});

// Threads and processes that run TypeScript find it compiled there: test/support/compiled-workers.ts.
const compiled = fileURLToPath(new URL('node_modules/.cache/compiled', root));
process.env['NODE_COMPILE_CACHE'] = compiled;

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/compiled-workers.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', new SummaryReporter()],
    // For what hangs, and never for what is slow: on a busy machine everything is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: '100%',
    sequence: { shuffle: true },
    passWithNoTests: false,
    dangerouslyIgnoreUnhandledErrors: false,
    allowOnly: false,
    unstubGlobals: true,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
