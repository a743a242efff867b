import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeJson } from '../../../src/client/wire/json.ts';

class Point {
  readonly x = 1;
  readonly #hidden = () => 2;
  get hidden() {
    return this.#hidden();
  }
}

const shared = { a: 1 };
const JSON_VALUES: readonly (readonly [string, unknown])[] = [
  ['an empty text', ''],
  ['zero', 0],
  ['false', false],
  ['null', null],
  ['a list', [1, 'a', null, [true]]],
  ['an object', { a: { b: [{ c: 1 }] } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['a field left undefined', { a: undefined, b: 1 }],
  ['a date', new Date(0)],
  ['an invalid date, which is null', new Date(Number.NaN)],
  ['an address', new URL('http://a/b')],
  ['a class with fields', new Point()],
  ['the same object twice', [shared, shared, { shared }]],
  ['boxed values', [Object(1), Object('a'), Object(true)]],
  ['a lone surrogate', '\ud800'],
  ['toJSON()', { toJSON: () => ({ a: 1 }) }],
  ['toJSON() of a field', { a: { toJSON: () => 'x' } }],
  ['a key named __proto__', JSON.parse('{"__proto__":{"a":1}}')],
  ['a thousand levels', nested(1_000)],
];

const cycle: { a: { b: unknown[] } } = { a: { b: [] } };
cycle.a.b.push(cycle);
const circle: unknown[] = [];
circle.push([circle]);

const OTHERS: readonly (readonly [string, unknown, string])[] = [
  ['undefined', undefined, 'message is undefined'],
  ['NaN', Number.NaN, 'message is NaN'],
  ['Infinity', [1, -Infinity], 'message[1] is -Infinity'],
  ['NaN in a box', { n: Object(Number.NaN) }, 'message.n is NaN'],
  ['a bigint', 1n, 'message is a bigint'],
  ['a bigint in a box', Object(1n), 'message is a BigInt'],
  ['a function', () => 1, 'message is a function'],
  ['a nested function', { a: [{ f: () => 1 }] }, 'message.a[0].f is a function'],
  ['a symbol', { 'odd key!': Symbol('s') }, 'message["odd key!"] is a symbol'],
  ['undefined in a list', [0, undefined], 'message[1] is undefined'],
  ['a hole in a list', Array.from({ length: 2 }).fill(1, 0, 1), 'message[1] is undefined'],
  ['a Map', { m: new Map([['a', 1]]) }, 'message.m is a Map'],
  ['a Set', [new Set([1])], 'message[0] is a Set'],
  ['a WeakMap', new WeakMap(), 'message is a WeakMap'],
  ['an Error', new Error('x'), 'message is a Error'],
  ['a RegExp', /x/, 'message is a RegExp'],
  ['a promise', { p: Promise.resolve(1) }, 'message.p is a Promise'],
  ['bytes', new Uint8Array(2), 'message is a Uint8Array'],
  ['a buffer', new ArrayBuffer(2), 'message is a ArrayBuffer'],
  ['a generator', (function* () {})(), 'message is a Generator'],
  ['toJSON() that gives nothing', { a: { toJSON: () => undefined } }, 'message.a.toJSON() is undefined'],
  ['toJSON() that gives a function', { toJSON: () => ({ f() {} }) }, 'message.toJSON().f is a function'],
  ['a cycle', cycle, 'message.a.b[0] refers back'],
  ['a cycle of lists', circle, 'message[0][0] refers back'],
  ['more than a thousand levels', nested(1_001), 'is nested deeper than 1000 levels'],
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function problemOf(value: unknown): string | undefined {
  const taken = takeJson(value, 'message');
  return 'problem' in taken ? taken.problem : undefined;
}

function copyOf(value: unknown): unknown {
  const taken = takeJson(value, 'message');
  return 'value' in taken ? taken.value : undefined;
}

describe('takeJson()', () => {
  it.each(JSON_VALUES)('has nothing against %s', (_name, value) => {
    expect(problemOf(value)).toBeUndefined();
    expect(JSON.stringify(copyOf(value))).toBe(JSON.stringify(value));
  });

  it.each(OTHERS)('names the place of %s', (_name, value, text) => {
    const problem = problemOf(value);
    expect(problem).toContain('is not JSON: ');
    expect(problem).toContain(text);
  });

  it('lets through every value that JSON can hold', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => problemOf(value) === undefined));
  });

  it('reads each property and each toJSON() once: what is checked is what is sent', () => {
    const asked: string[] = [];
    const value = new Proxy(
      { a: 1, b: { toJSON: () => asked.push('toJSON') && 2 } },
      { get: (target, key) => asked.push(String(key)) && Reflect.get(target, key) },
    );
    expect(copyOf(value)).toEqual({ a: 1, b: 2 });
    expect(asked.filter((key) => ['a', 'b', 'toJSON'].includes(key)).toSorted()).toEqual([
      'a',
      'b',
      'toJSON',
    ]);
  });

  it('makes a copy: what happens to the value later changes nothing', () => {
    const value = { list: [{ n: 1 }], deep: { a: { b: 1 } } };
    const copy = copyOf(value);
    value.list.push({ n: 2 });
    value.deep.a.b = 2;
    expect(copy).toEqual({ list: [{ n: 1 }], deep: { a: { b: 1 } } });
  });

  it('lets through nothing that changes on the way', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withDate: false,
          withSparseArray: true,
          withTypedArray: true,
        }),
        (value) => {
          if (problemOf(value) !== undefined) return;
          // `-0` is `0`, and a field left undefined is left out: as everywhere in JavaScript.
          expect(plain(JSON.parse(JSON.stringify(value)))).toEqual(plain(value));
          expect(JSON.stringify(copyOf(value))).toBe(JSON.stringify(value));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === undefined ? [] : [[key, plain(field)]])),
  );
}
