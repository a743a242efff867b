import { expect, test } from 'vitest';
import { StreamTurns } from '../../../src/origin/node/stream-turns.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function many(count: number) {
  const turns = new StreamTurns<{ name: string }>();
  const begun: string[] = [];
  const add = (owner: { name: string }, isThere = true) =>
    turns.add(owner, () => {
      if (isThere) begun.push(owner.name);
      return isThere;
    });
  const [busy, calm] = [{ name: 'busy' }, { name: 'calm' }];
  for (let index = 0; index < count; index++) add(busy);
  add(calm);
  return { turns, begun, add, busy };
}

test('those who send little do not wait for one who sends much', async () => {
  const { begun } = many(1_000);
  expect(begun).toEqual([]);
  await nextTurn();
  expect(begun.slice(0, 3)).toEqual(['busy', 'calm', 'busy']);
  // So much, and others of the event loop have their turn.
  expect(begun.length).toBeLessThan(100);
  while (begun.length < 1_001) await nextTurn();
});

test('all that waits can begin at once, and is begun once', async () => {
  const { turns, begun } = many(1_000);
  turns.flush();
  expect(begun.length).toBe(1_001);
  await nextTurn();
  expect(begun.length).toBe(1_001);
});

test('what an owner leaves behind is forgotten, and what was given up takes no room', async () => {
  const { turns, begun, add, busy } = many(10);
  turns.remove(busy);
  const gone = { name: 'gone' };
  for (let index = 0; index < 1_000; index++) add(gone, false);
  add(gone);
  await nextTurn();
  expect(begun).toEqual(['calm', 'gone']);
});
