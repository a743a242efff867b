import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../../src/origin/filter/evaluate.ts';
import { parseFilter } from '../../../src/origin/filter/parse.ts';
import { FilterSyntaxError } from '../../../src/origin/filter/tokens.ts';

const PARTS = [
  'a',
  'meta',
  'data.x',
  '"t"',
  "'*'",
  '1',
  '2.5',
  'true',
  'null',
  '(',
  ')',
  '[',
  ']',
  '.',
  '==',
  '!=',
  '<',
  '>=',
  '&&',
  '||',
  '!',
  '-',
  '+',
  '*',
  '/',
  '%',
  ' LIKE ',
  ' CONTAINS ',
  '"',
  '\\',
  ' ',
  '\u{1f600}',
  '\ud800',
];

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...PARTS), { maxLength: 40 }).map((parts) => parts.join('')),
);

test('any text is either an expression, whose evaluation never throws, or a FilterSyntaxError', () => {
  fc.assert(
    fc.property(texts, fc.jsonValue(), (text, value) => {
      try {
        expect(parseFilter(text).matches((path) => valueAt(value, path))).toBeTypeOf('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(FilterSyntaxError);
      }
    }),
  );
});

test('LIKE agrees with a search that tries every way', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(
      short,
      short.map((text) => text.replaceAll('*', 'a')),
      (pattern, text) => {
        const filter = parseFilter(`text LIKE ${JSON.stringify(pattern)}`);
        expect(filter.matches(() => text)).toBe(fits(pattern, text));
      },
    ),
    { numRuns: 500 },
  );
});

function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*')
    return pattern[0] === text[0] && text !== '' && fits(pattern.slice(1), text.slice(1));
  return fits(pattern.slice(1), text) || (text !== '' && fits(pattern, text.slice(1)));
}

test('CONTAINS agrees with the platform', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(short, short, (text, part) => {
      const filter = parseFilter(`text CONTAINS ${JSON.stringify(part)}`);
      expect(filter.matches(() => text)).toBe(text.includes(part));
    }),
    { numRuns: 500 },
  );
});

// Each takes a size, and gives an expression and a value for its paths that are about that long.
const HOSTILE: readonly [string, (size: number) => { text: string; value: string }][] = [
  [
    'a LIKE pattern of many stars',
    (size) => ({ text: `a LIKE "${'*a'.repeat(100)}*b"`, value: 'a'.repeat(size) }),
  ],
  [
    'a LIKE pattern that nearly fits everywhere',
    (size) => ({
      text: `a LIKE "*${'a'.repeat(200)}b*"`,
      value: 'a'.repeat(size),
    }),
  ],
  [
    'a CONTAINS that nearly fits everywhere',
    (size) => ({
      text: `a CONTAINS "${'a'.repeat(size / 2)}b"`,
      value: 'a'.repeat(size),
    }),
  ],
  [
    'a long list of alternatives',
    (size) => ({
      text: Array(size / 4)
        .fill('a')
        .join('||'),
      value: '',
    }),
  ],
  [
    'a long sum',
    (size) => ({
      text: Array(size / 2)
        .fill('a')
        .join('+'),
      value: '',
    }),
  ],
  [
    'a long path',
    (size) => ({
      text: Array(size / 2)
        .fill('a')
        .join('.'),
      value: '',
    }),
  ],
  [
    'many parentheses in a row',
    (size) => ({
      text: Array(size / 5)
        .fill('(a)')
        .join('||'),
      value: '',
    }),
  ],
  ['a long string', (size) => ({ text: `a == "${'\\n'.repeat(size / 2)}"`, value: '' })],
];

describe('twice the length takes no more than twice the work:', () => {
  const work = ({ text, value }: { text: string; value: string }) => {
    let steps = 0;
    const onStep = (taken = 1) => {
      steps += taken;
    };
    parseFilter(text, { onStep }).matches(() => value, onStep);
    return steps;
  };

  test.each(HOSTILE)('%s', (_, make) => {
    const steps = work(make(32_000));
    expect(steps).toBeLessThan(32_000 * 5);
    expect(steps).toBeLessThanOrEqual(work(make(16_000)) * 2 + 500);
  });
});

test.each([
  ['parentheses', '('.repeat(30_000)],
  ['negations', '!'.repeat(30_000)],
  ['minus signs', `1${'-'.repeat(30_000)}`],
  ['an open string', `"${'\\\\'.repeat(15_000)}`],
])('%s without end are refused before the stack is', (_, text) => {
  expect(() => parseFilter(text)).toThrow(FilterSyntaxError);
});
