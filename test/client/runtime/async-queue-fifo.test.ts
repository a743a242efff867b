import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../../src/client/runtime/async-queue.ts';

test('gives values in their order, and knows how many there are and how large', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 1_000 }) },
    { weight: 5, arbitrary: fc.constant('shift' as const) },
    { weight: 1, arbitrary: fc.constant('drain' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500, size: 'max' }), (steps) => {
      const fifo = new Fifo<{ readonly bytes: number }>();
      let model: { readonly bytes: number }[] = [];
      for (const next of steps) {
        if (next === 'drain') {
          expect(fifo.drain()).toEqual(model);
          model = [];
        } else if (next !== 'shift') {
          const value = { bytes: next };
          fifo.push(value, next);
          model.push(value);
        } else if (model.length > 0) expect(fifo.shift()).toBe(model.shift());
        const bytes = model.reduce((sum, value) => sum + value.bytes, 0);
        expect([fifo.size, fifo.bytes]).toEqual([model.length, bytes]);
      }
    }),
  );
});
