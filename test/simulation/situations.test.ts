import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { SITUATIONS } from './situations.ts';
import { hasHistory } from './world.ts';

const known = SITUATIONS.filter(({ needsHistory }) => !needsHistory || hasHistory());

test.each(known)('$name', async (situation) => {
  expect(await judge(situation)).toEqual([]);
});
