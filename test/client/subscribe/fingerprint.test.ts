import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../../../src/client/subscribe/fingerprint.ts';

test('is the same for the same JSON, parsed twice', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(fingerprint(JSON.parse(text))).toBe(fingerprint(JSON.parse(text)));
    }),
  );
});

test('differs where the JSON differs', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), (one, two) => {
      const [a, b]: readonly unknown[] = [JSON.parse(one), JSON.parse(two)];
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      expect(fingerprint(a)).not.toBe(fingerprint(b));
    }),
    { numRuns: 500 },
  );
});

test('tells values apart that look alike', () => {
  const values = [
    ...[
      null,
      'null',
      true,
      'true',
      1,
      '1',
      '',
      [],
      {},
      [[]],
      [{}],
      [null],
      ['null'],
      [1, 2],
      [[1], 2],
      [1, [2]],
      '[1,2]',
    ],
    ...[
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { b: 1 },
      { a: { b: 1 } },
      { a: 1, b: 1 },
      { ab: 1 },
      ['a', 1],
      ['ab'],
      ['a', 'b'],
    ],
    ...[['b', 'a'], [['a'], 'b'], { a: {}, b: {} }, { a: { b: {} } }, 'a', 'aa', 'a\u0000', '"a', '{a}'],
  ];
  expect(new Set(values.map(fingerprint)).size).toBe(values.length);
});

test('is a whole number that keeps its digits', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => Number.isSafeInteger(fingerprint(value))));
});

test('is found for any depth of nesting', () => {
  let deep: unknown = 'bottom';
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(fingerprint(deep)).not.toBe(fingerprint([deep]));
});
