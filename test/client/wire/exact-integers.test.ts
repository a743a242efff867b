import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactIntegers } from '../../../src/client/wire/exact-integers.ts';
import { timetokenOf } from '../../../src/client/wire/read.ts';

const read = (text: string, ...places: Parameters<typeof exactIntegers>[1]) =>
  exactIntegers({ text, body: JSON.parse(text) }, places);

const FACTS: readonly (readonly [
  text: string,
  places: Parameters<typeof exactIntegers>[1],
  result: unknown,
])[] = [
  ['[[],17183967137027575,17183967137027577]', [[1], [2]], [[], '17183967137027575', '17183967137027577']],
  ['[[], 0, 0]', [[1], [2]], [[], 0, 0]],
  ['[\n 17183967137027575 ]', [[0]], ['17183967137027575']],
  ['{"a" : 17183967137027575}', [['a']], { a: '17183967137027575' }],
  ['{"\\u0061":17183967137027575}', [['a']], { a: '17183967137027575' }],
  ['{"x":{},"a":[{"b":17183967137027575}]}', [['a', '*', 'b']], { x: {}, a: [{ b: '17183967137027575' }] }],
  ['["17183967137027575,",17183967137027575]', [[1]], ['17183967137027575,', '17183967137027575']],
  ['["\\"",[17183967137027575],17183967137027575]', [[2]], ['"', [17183967137027576], '17183967137027575']],
  ['[-17183967137027575,17183967137027575.5,1e20]', [['*']], [-17183967137027576, 17183967137027576, 1e20]],
];

describe('exact integers', () => {
  it.each(FACTS)('of %s', (text, places, result) => expect(read(text, ...places)).toEqual(result));

  it('leaves every body as it is when no place is given', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(5), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        const marked = `[${spaced},17183967137027575]`;
        expect(read(marked)).toEqual(JSON.parse(marked));
      }),
    );
  });

  it('keeps every digit beside any payload, and changes none of it', () => {
    const ticks = fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 63n });
    const payload = fc.jsonValue().map((value) => [value, { timetoken: 17183967137027576, '"': 1 }]);
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, ticks), { minLength: 1, maxLength: 5 }), (items) => {
        const parts = items.map(([value, tt]) => `{"message":${JSON.stringify(value)},"timetoken":${tt}}`);
        const last = items.at(-1)?.[1];
        const [messages, end] = read(`[[${parts.join(' , ')}],${last}]`, [0, '*', 'timetoken'], [1]) as [
          readonly { readonly message: unknown; readonly timetoken: unknown }[],
          unknown,
        ];
        expect(messages.map(({ timetoken }) => timetokenOf(timetoken))).toEqual(
          items.map(([, tt]) => `${tt}`),
        );
        expect(messages.map(({ message }) => message)).toEqual(
          items.map(([value]) => JSON.parse(JSON.stringify(value))),
        );
        expect(timetokenOf(end)).toBe(`${last}`);
      }),
    );
  });

  it('reads a payload that is nested thousands deep', () => {
    const deep = `${'[{"a":'.repeat(8_000)}1${'}]'.repeat(8_000)}`;
    const [, exact] = read(`[${deep},17183967137027575]`, [1]) as [unknown, unknown];
    expect(exact).toBe('17183967137027575');
  });
});

describe('a timetoken', () => {
  it.each([
    ['17183967137027575', '17183967137027575'],
    ['0', '0'],
    [0, '0'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('%j is %s', (value, text) => expect(timetokenOf(value)).toBe(text));

  it.each([[17183967137027576], [-1], [1.5], ['soon'], [''], [null], [undefined], [{}]])(
    '%j is none',
    (value) => expect(() => timetokenOf(value)).toThrow(TypeError),
  );
});
