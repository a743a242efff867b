import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StampedQueue } from '../../../src/origin/store/stamped-queue.ts';
import { collectGarbage } from '../../support/integration-heap.ts';

const stamp = (number: number) => String(number).padStart(17, '0');

test('is a list of which the first and the last are removed', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('push' as const) },
    { weight: 3, arbitrary: fc.constant('shift' as const) },
    fc.nat({ max: 3 }).map((count) => ({ drop: count })),
    fc.record({
      after: fc.nat({ max: 60 }),
      limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new StampedQueue<{ readonly tt: string }>();
      let model: { readonly tt: string }[] = [];
      let last = 0;
      for (const one of steps) {
        if (one === 'push') {
          const item = { tt: stamp(++last) };
          queue.push(item);
          model.push(item);
        } else if (one === 'shift') expect(queue.shift()).toBe(model.shift());
        else if ('drop' in one) {
          const kept = Math.max(0, model.length - one.drop);
          expect(queue.dropNewest(one.drop)).toEqual(model.slice(kept));
          model = model.slice(0, kept);
        } else {
          const after = model.filter(({ tt }) => tt > stamp(one.after));
          expect(queue.after(stamp(one.after), one.limit)).toEqual(after.slice(0, one.limit));
        }
        expect([queue.size, queue.oldest, queue.newest]).toEqual([model.length, model[0], model.at(-1)]);
      }
    }),
  );
});

test('holds nothing that has gone', async () => {
  const queue = new StampedQueue<{ readonly tt: string }>();
  const removed = (count: number) => {
    for (let number = 0; number < 2 * count; number++) queue.push({ tt: stamp(number) });
    return Array.from({ length: count }, () => new WeakRef(queue.shift() ?? queue));
  };
  const references = removed(10);
  await collectGarbage();
  expect(references.filter((reference) => reference.deref() !== undefined)).toHaveLength(0);
  expect(queue.size).toBe(10);
});
