import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { blocksIn } from './markdown.ts';

test('the first test that a reader of "test a publisher" writes has at most 15 lines', () => {
  const [first] = blocksIn(fileURLToPath(new URL('../../', import.meta.url)), [
    'docs/how-to/test-a-publisher.md',
  ]);
  expect(first?.code).toContain('assertPublished(');
  expect(first?.code.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
});
