import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { blocksIn } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

// jest is not among the packages of this repository: `npm run check:consumer` installs it, and runs these files.
it.each(['jest.config.js', 'test/jest/strip-types.js', 'test/jest/jsdom.js', 'test/jest/hello.test.js'])(
  'the page on jest shows %s as it is run',
  (file) => {
    const text = readFileSync(`${ROOT}examples/consumer-ci/${file}`, 'utf8');
    const lines = text.split('\n').filter((line) => !line.includes('biome-ignore'));
    const shown = blocksIn(ROOT, ['docs/how-to/test-with-jest.md']).map(({ code }) => code);
    expect(shown).toContain(lines.join('\n'));
  },
);
