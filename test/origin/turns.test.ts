import { expect, test } from 'vitest';
import { turns } from '../../src/origin/turns.ts';

test('tasks begin when those before them have ended, also when these fail', async () => {
  const inTurn = turns();
  const steps: string[] = [];
  const task = (name: string, fails = false) =>
    inTurn(async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
  expect(steps).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    ...['a', 'failed', 'c'],
  ]);
});
