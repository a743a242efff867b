import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedMap } from '../../../../src/origin/store/memory/sorted-map.ts';

const name = fc.nat({ max: 3_000 }).map(String);
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('set' as const), names: fc.array(name, { maxLength: 900 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('delete' as const),
        names: fc.array(name, { maxLength: 900 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('page' as const),
        after: fc.option(name, { nil: undefined }),
        limit: fc.nat({ max: 700 }),
      }),
    },
  ),
  { maxLength: 12, size: 'max' },
);

test('a sorted map holds what a map would, and lists it in order, few names or many', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const map = new SortedMap<string>();
      const model = new Map<string, string>();
      for (const step of taken) {
        if (step.kind === 'page') {
          const names = [...model.keys()]
            .sort()
            .filter((one) => step.after === undefined || one > step.after);
          const expected = names.slice(0, step.limit).map((one) => model.get(one));
          expect(map.page(step)).toEqual(expected);
          continue;
        }
        for (const one of step.names) {
          if (step.kind === 'delete') expect(map.delete(one)).toBe(model.delete(one));
          else {
            map.set(one, `${one} of ${model.size}`);
            model.set(one, `${one} of ${model.size}`);
          }
        }
        expect(map.size).toBe(model.size);
      }
      expect(new Map(map)).toEqual(model);
    }),
    { numRuns: 60 },
  );
});
