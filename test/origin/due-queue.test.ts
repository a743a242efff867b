import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Due, DueQueue } from '../../src/origin/due-queue.ts';

interface Item extends Due {
  readonly name: number;
}

test('whatever is added, moved and removed, the first is the one that is due first', () => {
  const step = fc.record({ item: fc.nat(9), length: fc.nat(5), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = new DueQueue<Item>();
      const items = Array.from({ length: 10 }, (_, name): Item => ({ name, length: 0, due: 0 }));
      let expected: Item[] = [];
      for (const [now, { item: index, length, remove }] of steps.entries()) {
        const item = items[index];
        if (!item) continue;
        expected = expected.filter((one) => one !== item);
        queue.remove(item);
        if (!remove) {
          item.length = length;
          queue.add(item, now);
          expected = [...expected, item].sort((a, b) => a.due - b.due);
        }
        expect(queue.first()).toBe(expected[0]);
      }
    }),
  );
});

test('finding the first takes a few comparisons, however many lengths there are', () => {
  const queue = new DueQueue<Due>();
  let reads = 0;
  const itemOf = (length: number): Due => {
    let due = 0;
    return {
      length,
      get due() {
        reads++;
        return due;
      },
      set due(value: number) {
        due = value;
      },
    };
  };
  for (let length = 0; length < 20_000; length++) queue.add(itemOf((length * 7_919) % 20_000), 0);
  reads = 0;
  for (let count = 0; count < 1_000; count++) {
    const first = queue.first();
    if (first) queue.remove(first);
  }
  expect(reads).toBeLessThan(1_000 * 100);
});
