import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Linked, LinkedList } from '../../src/protocol/linked-list.ts';

interface Item extends Linked {
  readonly number: number;
}

const steps = fc.array(
  fc.oneof(
    fc.constant('push' as const),
    fc.constant('shift' as const),
    // Also of an item that has gone already.
    fc.nat({ max: 30 }),
  ),
  { maxLength: 80 },
);

test('a linked list has what was added and not removed, in order, however often it is removed', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const list = new LinkedList<Item>();
      const made: Item[] = [];
      let expected: readonly Item[] = [];
      for (const one of all) {
        if (one === 'push') {
          const item: Item = { number: made.length };
          made.push(item);
          list.push(item);
          expected = [...expected, item];
        } else if (one === 'shift') {
          expect(list.shift()).toBe(expected[0]);
          expected = expected.slice(1);
        } else if (made[one]) {
          list.remove(made[one]);
          expected = expected.filter((item) => item !== made[one]);
        }
        expect(list.all.map(({ number }) => number)).toEqual(expected.map(({ number }) => number));
        expect([list.size, list.oldest, list.newest]).toEqual([
          expected.length,
          expected[0],
          expected.at(-1),
        ]);
      }
      // What has gone keeps nothing.
      for (const item of made)
        if (!expected.includes(item)) expect([item.older, item.newer]).toEqual([undefined, undefined]);
    }),
  );
});
