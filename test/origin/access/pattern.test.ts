import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PatternError } from '../../../src/origin/access/pattern/parse.ts';
import { Pattern } from '../../../src/origin/access/pattern/pattern.ts';

const letter = fc.constantFrom(...'abcAB019_-. \u00e9\u{1f600}\u2028');
const literal = letter.map((character) => (character === '.' ? '\\.' : character));
const shorthand = fc.constantFrom('\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '.', '\\*', '\\[', '\\\\', '\\.');
const classItem = fc.oneof(
  fc.constantFrom('a', 'b', '0', '_', '\\d', '\\w', '\\s', '\\D', '\\]', '\\-', '.', '*'),
  fc.constantFrom('a-c', '0-9', 'A-Z', '\u00e0-\u00ff', ' -~'),
);
const characterClass = fc
  .tuple(fc.boolean(), fc.array(classItem, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([negated, items, dash]) => `[${negated ? '^' : ''}${items.join('')}${dash ? '-' : ''}]`);
const quantifier = fc.constantFrom(
  '*',
  '+',
  '?',
  '{2}',
  '{0,2}',
  '{1,}',
  '{0}',
  '{1,3}',
  '*?',
  '+?',
  '??',
  '{1,2}?',
);
const patterns = fc.letrec<{
  node: string;
  atom: string;
  group: string;
  edge: string;
  choice: string;
  sequence: string;
}>((tie) => ({
  atom: fc.oneof({ maxDepth: 3, withCrossShrink: true }, literal, shorthand, characterClass, tie('group')),
  group: fc.tuple(fc.constantFrom('(', '(?:'), tie('choice')).map(([open, inner]) => `${open}${inner})`),
  edge: fc.constantFrom('^', '$'),
  node: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(tie('atom'), fc.option(quantifier, { nil: '' })).map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: tie('edge') },
  ),
  sequence: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
  choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((choices) => choices.join('|')),
}));
const pattern = patterns.choice.filter((text) => [...text].length <= 256);
const name = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''));

test('matches exactly what a regular expression of the platform matches', () => {
  fc.assert(
    fc.property(pattern, fc.array(name, { minLength: 1, maxLength: 5 }), (text, candidates) => {
      const theirs = new RegExp(`^(?:${text})$`, 'us');
      const ours = new Pattern(text);
      for (const candidate of candidates) expect(ours.matches(candidate)).toBe(theirs.test(candidate));
    }),
    { numRuns: 2_000 },
  );
});

test('what is matched is often a match', () => {
  const every = fc.sample(fc.tuple(pattern, name), { numRuns: 500, seed: 1 });
  const matches = every.filter(([text, candidate]) => new Pattern(text).matches(candidate));
  expect(matches.length).toBeGreaterThan(20);
});

describe('a name has to match as a whole', () => {
  test.each([
    ['room', 'room', true],
    ['room', 'rooms', false],
    ['room', 'my-room', false],
    ['^room$', 'room', true],
    ['^ch-[0-9]+$', 'ch-42', true],
    ['^ch-[0-9]+$', 'ch-', false],
    ['a|b', 'ab', false],
    ['news\\..*', 'news.*', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (text, candidate, matches) => {
    expect(new Pattern(text).matches(candidate)).toBe(matches);
  });
});

describe('is refused', () => {
  test.each([
    ['a(', 'not closed'],
    ['a)', '")" too many'],
    ['[', 'ends too early'],
    ['[a', 'ends too early'],
    ['[]', 'empty class'],
    ['[^]', 'empty class'],
    ['[[:alpha:]]', 'belongs to nothing'],
    ['[z-a]', 'runs backwards'],
    ['[\\d-z]', 'no characters'],
    ['[a-\\d]', 'no characters'],
    ['*a', 'belongs to nothing'],
    ['a**', 'without a group'],
    ['a*+', 'without a group'],
    ['^*', 'cannot repeat'],
    ['a{', 'unless it counts'],
    ['a{,2}', 'unless it counts'],
    ['a{2,1}', 'counts upwards'],
    ['a{1001}', 'counts upwards'],
    ['a{1,1001}', 'counts upwards'],
    ['a]', 'belongs to nothing'],
    ['a}', 'belongs to nothing'],
    ['(?=a)', 'begin with "(?"'],
    ['(?!a)', 'begin with "(?"'],
    ['(?<=a)', 'begin with "(?"'],
    ['(?<n>a)', 'begin with "(?"'],
    ['(?i)a', 'begin with "(?"'],
    ['(a)\\1', 'escape'],
    ['\\bword\\b', 'escape'],
    ['\\p{L}', 'escape'],
    ['\\u0041', 'escape'],
    ['\\', 'ends too early'],
    ['\ud800', 'lone surrogates'],
    ['a'.repeat(257), '256 characters'],
    ['('.repeat(33) + ')'.repeat(33), '32 groups'],
    ['a{1000}{1000}', 'without a group'],
    ['((a{100}){100}){100}', 'too large'],
    ['((){1000}){1000}', 'too large'],
    [`${'('.repeat(20)}${'){999}'.repeat(20)}`, 'too large'],
  ])('%j', (text, why) => {
    expect(() => new Pattern(text)).toThrow(PatternError);
    expect(() => new Pattern(text)).toThrow(why);
  });
});

test('no text makes it throw anything else', () => {
  const piece = fc.constantFrom(...'ab(){}[]*+?|^$.\\-,19:?dws', '(?:', '{1,2}');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), name, (pieces, candidate) => {
      try {
        new Pattern(pieces.join('')).matches(candidate);
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('patterns that take others for ever take no longer than their size', () => {
  test.each([
    '(a*)*b',
    '(a|a)*b',
    '(a|aa)+$b',
    '(.*)*(.*)*(.*)*b',
    '(a?){60}a{60}b',
    '((a+)+)+b',
    '(x+x+)+y|(a*)*b',
  ])('%s', (text) => {
    expect(new Pattern(text).matches('a'.repeat(5_000))).toBe(false);
  });
});

test.each([
  ['.*', true],
  ['^.*$', true],
  ['.+', true],
  ['^.+', true],
  ['[^x]*', false],
  ['a.*', false],
  ['.*|a', false],
])('%j obviously matches everything: %s', (text, everything) => {
  expect(new Pattern(text).matchesAll).toBe(everything);
});

test('the size of one pattern can be limited by what others have taken', () => {
  const { size } = new Pattern('a{10}');
  expect(() => new Pattern('a{10}', size)).not.toThrow();
  expect(() => new Pattern('a{10}', size - 1)).toThrow('too large');
});
