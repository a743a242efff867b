import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { problemsOf } from './check-pages.ts';
import { type Block, blocksIn } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const blocks = blocksIn(root);

describe('every code block of the documentation works', () => {
  let problems: ReadonlyMap<Block, readonly string[]>;
  beforeAll(async () => {
    problems = await problemsOf(blocks);
  }, 600_000);

  it('is checked', () => expect(problems.size).toBeLessThanOrEqual(blocks.length));

  it.each(blocks.map((block) => ({ name: `${block.page}:${block.line} (${block.language})`, block })))(
    '$name',
    ({ block }) => expect((problems.get(block) ?? []).join('\n')).toBe(''),
  );
});
