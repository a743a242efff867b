import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Due, DueQueue } from '../../src/origin/due-queue.ts';

interface Item extends Due {
  readonly id: number;
}

test('however things come and go, the first is what is due first', () => {
  const move = fc.record({
    id: fc.nat(9),
    length: fc.constantFrom(5, 50, 500),
    wait: fc.nat(100),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const queue = new DueQueue<Item>();
      const items = new Map<number, Item>();
      let now = 0;
      for (const { id, length, wait, remove } of moves) {
        now += wait;
        const item = items.get(id) ?? { id, length, due: 0 };
        queue.remove(item);
        items.delete(id);
        if (!remove) {
          item.length = length;
          queue.add(item, now);
          items.set(id, item);
        }
        const soonest = Math.min(...[...items.values()].map(({ due }) => due));
        expect(queue.first()?.due ?? Number.POSITIVE_INFINITY).toBe(soonest);
      }
    }),
  );
});
