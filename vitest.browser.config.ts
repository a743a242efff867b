import { defineConfig } from 'vitest/config';

// The checks of test/browser, which need Chromium and the built package: `npm run check:browser`.
export default defineConfig({
  test: {
    include: ['test/browser/*.browser.ts'],
    // Pages, sockets and time are real here.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
    passWithNoTests: false,
    allowOnly: false,
  },
});
