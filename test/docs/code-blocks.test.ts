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

describe('the examples of the documentation', () => {
  const isNewer = ({ flags, language, code }: Block) =>
    ['ts', 'js'].includes(language) && !flags.includes('node24') && /^\s*(?:await )?using \w+ =/m.test(code);

  it('close without `using`, which Node 22 does not know, but for those that say so', () => {
    expect(blocks.filter(isNewer).map(({ page, line }) => `${page}:${line}`)).toEqual([]);
    expect(blocks.filter(({ flags }) => flags.includes('node24'))).not.toEqual([]);
  });
});
