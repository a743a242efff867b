import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^timetoken$/, replacement: source('index.ts') },
      { find: /^timetoken\/origin$/, replacement: source('origin/index.ts') },
      { find: /^timetoken\/origin\/node$/, replacement: source('origin/node.ts') },
      { find: /^timetoken\/node$/, replacement: source('node/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 20_000,
  },
});
