import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PATTERN_SIZE, PatternCache, PatternError } from '../../../src/origin/access/pattern.ts';

const letter = fc.constantFrom(...'abcAB019_-. \n\u00e9\u00a0\u{1f600}\u2028');
const literal = letter.map((character) => (character === '.' ? '\\.' : character));
const shorthand = fc.constantFrom('\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '.', '\\*', '\\[', '\\\\', '\\.');
const classItem = fc.oneof(
  fc.constantFrom('a', '0', '_', '\\d', '\\w', '\\s', '\\S', '\\D', '\\]', '\\-', '.', '*'),
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

const compile = (text: string) => new PatternCache().compile(text);

test('matches exactly what a regular expression of the platform matches', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(pattern, fc.array(name, { minLength: 1, maxLength: 5 }), async (text, candidates) => {
      const theirs = new RegExp(`^(?:${text})$`, 'us');
      const ours = await compile(text);
      for (const candidate of candidates) expect(ours.matches(candidate)).toBe(theirs.test(candidate));
      found += candidates.filter(ours.matches).length;
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(100);
});

describe('has to match the whole name', () => {
  test.each<[text: string, matching: readonly string[], others: readonly string[]]>([
    ['', [''], ['a']],
    ['room', ['room'], ['rooms', 'my-room', 'Room']],
    ['^room$', ['room'], ['rooms', 'a\nroom', 'room\n']],
    ['^ch-[0-9]+$', ['ch-42'], ['ch-', 'ch-4x', 'xch-4']],
    ['a|b', ['a', 'b'], ['ab', '']],
    ['^a|b$', ['a', 'b'], ['ax', 'xb']],
    ['news\\..*', ['news.*', 'news.', 'news.sport-pnpres'], ['news']],
    ['.', ['a', '\u{1f600}', '\n', '\u2028'], ['']],
    ['[^a-c]', ['d', '\u{1f600}', '\n'], ['a']],
    ['[a-]b?', ['-', 'ab', '-b'], ['c']],
    ['[+--]+', ['+,-', '+'], ['.']],
    ['[a.*(]{2}', ['.*', '(('], ['ab']],
    ['[[:]', ['[', ':'], [']']],
    ['[\\]\\\\]', [']', '\\'], ['[']],
    ['\\d\\D', ['1a'], ['11', '\u0661a']],
    ['\\w+', ['aZ_9'], ['a-b', '\u00e9']],
    ['\\s\\S', [' a', '\u00a0a', '\u2028a', '\ufeffa', '\v\u0085', '\va'], ['\u0085a', 'aa']],
    ['[\\s_]+', ['\u3000_', '_'], ['\u00e9']],
    ['[^\\s]', ['a'], ['\u00a0', '\v']],
    ['[^\\S]', ['\u00a0', '\v'], ['a']],
    ['[\\S]', ['\u0085', '\u{1f600}'], ['\u1680']],
    ['\\_\\-\\/\\$', ['_-/$'], ['_-/']],
    ['(a|ab)(c|bcd)(d*)', ['abcd', 'abcdd', 'acd', 'abc'], []],
    ['(?:ab){2}', ['abab'], ['ab']],
    ['a{2,}b{0,1}', ['aa', 'aaab'], ['ab']],
    ['a{02,003}?', ['aa', 'aaa'], ['a', 'aaaa']],
    ['a{0}b', ['b'], ['ab']],
    ['(a?){60}a{60}', ['a'.repeat(60), 'a'.repeat(92)], ['a'.repeat(59)]],
    ['(a{40}){40}?', [], ['a', '']],
    ['(?:[a-z]{1,40}\\.){1,30}', ['a.bc.', 'x.'.repeat(30)], ['a.b', '', 'x.'.repeat(31)]],
    ['((a{5}){5}){0,50}', ['', 'a'.repeat(75)], ['a'.repeat(76)]],
    ['((a|b)*c|d)*', ['abcd', 'cdc', ''], ['abd']],
    ['()*|^', [''], ['a']],
    ['x*?y+?z??', ['y', 'xxyyz'], ['xz']],
  ])('%j', async (text, matching, others) => {
    const { matches } = await compile(text);
    expect([matching.filter((one) => !matches(one)), others.filter(matches)]).toEqual([[], []]);
  });
});

describe('is refused', () => {
  test.each([
    ['a(', 'missing closing )'],
    ['a)', 'unexpected )'],
    ['[a', 'missing closing ]'],
    ['[z-a]', 'character class range'],
    ['*a', 'missing argument to repetition operator'],
    ['a**', 'nested repetition'],
    ['a{2,1}', 'repeat count'],
    ['a{1001}', 'repeat count'],
    ['(?=a)', 'RE2 refuses'],
    ['(?<=a)', 'RE2 refuses'],
    ['(a)\\1', 'escape'],
    ['\\', 'trailing backslash'],
    ['\ud800', 'lone surrogates'],
    ['a'.repeat(257), '256 characters'],
    ['('.repeat(33) + ')'.repeat(33), '32 groups'],
    ['((a{100}){100}){100}', 'too large'],
    ['a{1000}'.repeat(6), 'too large'],
    [`${'('.repeat(20)}a${'){999}'.repeat(20)}`, 'too large'],
  ])('%j', async (text, why) => {
    const refusal = await compile(text).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PatternError);
    expect(refusal).toMatchObject({ message: expect.stringContaining(why) });
  });
});

test('no text makes it throw anything else, or become larger than allowed', async () => {
  const piece = fc.constantFrom(
    ...'ab(){}[]*+?|^$.\\-,19:?dwspPLx',
    '(?:',
    '(?i)',
    '[[:alpha:]]',
    '{1,2}',
    '{99}',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), name, async (pieces, candidate) => {
      try {
        const { matches, size } = await compile(pieces.join(''));
        matches(candidate);
        expect(size).toBeLessThanOrEqual(MAX_PATTERN_SIZE);
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
      }
    }),
    { numRuns: 1_000 },
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
  ])('%s', async (text) => {
    expect((await compile(text)).matches('a'.repeat(5_000))).toBe(false);
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
])('%j obviously matches everything: %s', async (text, everything) => {
  expect((await compile(text)).matchesAll).toBe(everything);
});

describe('the cache', () => {
  test('compiles a pattern once while it is in use', async () => {
    const cache = new PatternCache();
    const first = await cache.compile('a+');
    for (let count = 0; count < 1_500; count++) {
      await cache.compile(String(count));
      expect(await cache.compile('a+')).toBe(first);
    }
  });

  test('keeps so many patterns, and so many bytes of them', async () => {
    const cache = new PatternCache();
    const first = await cache.compile('0');
    for (let count = 0; count < 1_500; count++) await cache.compile(String(count));
    expect(cache.size).toBe(1_000);
    expect(await cache.compile('0')).not.toBe(first);
    for (let count = 0; count < 50; count++) await cache.compile(`${'\\pL'.repeat(80)}${count}`);
    expect(cache.size).toBeLessThan(40);
  });
});
