import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprints } from '../../../src/client/subscribe/fingerprint.ts';

const SEED = 12_345;
const of = (value: unknown, seed = SEED) => new Fingerprints(seed).of(value);

/** JSON with keys that look like the marks of a structure. */
const tricky = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, 1, '', '}', '"', '{', '[', ']', ',', '{}', '"}', 'a'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('', '}', '"', '{', ']', '"}', 'a', 'b'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('is the same for the same JSON, parsed twice', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.nat(), (text, seed) => {
      expect(of(JSON.parse(text), seed)).toBe(of(JSON.parse(text), seed));
    }),
  );
});

test.each([
  ['any JSON', fc.json({ maxDepth: 3 })],
  ['members that look like marks', tricky.map((value) => JSON.stringify(value))],
])('differs where the JSON differs: %s', (_, texts) => {
  fc.assert(
    fc.property(texts, texts, (one, two) => {
      const [a, b]: readonly unknown[] = [JSON.parse(one), JSON.parse(two)];
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      expect(of(a)).not.toBe(of(b));
    }),
    { numRuns: 1_000 },
  );
});

test('tells values apart that look alike', () => {
  const plain = [null, 'null', true, 'true', 1, '1', '', [], {}, [[]], [{}], [null], ['null'], [1, 2]];
  const nested = [[[1], 2], [1, [2]], '[1,2]', { a: 1 }, { a: '1' }, { a: [1] }, { b: 1 }, { a: { b: 1 } }];
  const keys = [{ a: 1, b: 1 }, { ab: 1 }, ['a', 1], ['ab'], ['a', 'b'], ['b', 'a'], [['a'], 'b']];
  const texts = [{ a: {}, b: {} }, { a: { b: {} } }, 'a', 'aa', 'a\u0000', '"a', '{a}'];
  const values: readonly unknown[] = [...plain, ...nested, ...keys, ...texts];
  expect(new Set(values.map((value) => of(value))).size).toBe(values.length);
});

test.each([
  ['a member named like the end of an object', { a: { '}': 1 } }, { a: {}, '}': 1 }],
  ['a member named like a quote', { a: { '"': 'b' } }, { a: {}, '"': 'b' }],
  ['a member of an inner object', { a: { b: 1 }, c: 2 }, { a: { b: 1, c: 2 } }],
  ['an element of an inner array', [[1], 2], [[1, 2]]],
  ['a member whose value is an object', { a: { b: {} } }, { a: {}, b: {} }],
  ['an array in an object', { a: ['b'] }, [{ a: 'b' }]],
])('is not deceived by %s', (_, one, two) => {
  expect(of(one)).not.toBe(of(two));
});

test('tells lists of values apart by what each of them is', () => {
  const lists: readonly (readonly unknown[])[] = [
    ...[
      [undefined, undefined, 'a'],
      [undefined, 'a', undefined],
      ['a', undefined, undefined],
    ],
    ...[[['a']], [['a', undefined]], [[], 'a'], ['a', []]],
  ];
  expect(
    new Set(lists.map(([payload, meta, type]) => new Fingerprints(SEED).of(payload, meta, type))).size,
  ).toBe(lists.length);
});

test('depends on the seed, so that nobody can choose two values that agree', () => {
  const values: readonly unknown[] = ['', 'a', 1, {}, { a: 1 }, [1, 2]];
  for (const value of values)
    expect(new Set([0, 1, 2, 2 ** 31, 2 ** 32 - 1].map((seed) => of(value, seed))).size).toBe(5);
});

test('is a whole number that keeps its digits', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value, seed) => {
      const number = of(value, seed);
      return Number.isSafeInteger(number) && number >= 0;
    }),
  );
});

test('is found for any depth of nesting', () => {
  let deep: unknown = 'bottom';
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(of(deep)).not.toBe(of([deep]));
});
