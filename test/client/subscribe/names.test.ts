import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  intersection,
  isEmpty,
  type Names,
  NO_NAMES,
  namesOf,
  sameNames,
  union,
  without,
} from '../../../src/client/subscribe/names.ts';

const list = fc.array(fc.constantFrom('a', 'b', 'c', 'a-pnpres'));
const mixes = fc.tuple(list, list).map(([channels, groups]) => namesOf(channels, groups));

function keys({ channels, groups }: Names): readonly string[] {
  return [...channels.map((name) => `channel ${name}`), ...groups.map((name) => `group ${name}`)];
}

const among = (set: readonly string[]) => (key: string) => set.includes(key);

test('a names is sorted, and holds each name once', () => {
  fc.assert(
    fc.property(list, list, (channels, groups) => {
      const names = namesOf(channels, groups);
      expect(names.channels).toEqual([...new Set(channels)].sort());
      expect(names.groups).toEqual([...new Set(groups)].sort());
      expect(sameNames(names, namesOf(channels.toReversed(), groups.toReversed()))).toBe(true);
    }),
  );
});

test('union, intersection and difference are those of sets, channels and groups apart', () => {
  fc.assert(
    fc.property(mixes, mixes, (a, b) => {
      const [ofA, ofB] = [keys(a), keys(b)];
      expect(new Set(keys(union(a, b)))).toEqual(new Set([...ofA, ...ofB]));
      expect(keys(intersection(a, b))).toEqual(ofA.filter(among(ofB)));
      expect(keys(without(a, b))).toEqual(ofA.filter((key) => !ofB.includes(key)));
      for (const names of [union(a, b), intersection(a, b), without(a, b)])
        expect(names).toEqual(namesOf(names.channels, names.groups));
    }),
  );
});

test('two mixes are the same when they hold the same names, and empty when they hold none', () => {
  fc.assert(
    fc.property(mixes, mixes, (a, b) => {
      expect(sameNames(a, b)).toBe(keys(a).join() === keys(b).join());
      expect(isEmpty(a)).toBe(keys(a).length === 0);
      expect(sameNames(a, NO_NAMES)).toBe(isEmpty(a));
    }),
  );
});
