import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isPresenceName,
  isWildcard,
  nameProblem,
  presenceNameOf,
  wildcardCovers,
  withoutPresence,
} from '../../src/protocol/names.ts';

describe('nameProblem()', () => {
  it.each([
    ...['a', ' ', '...', '.a', 'a.', '0', '%2e', 'a/b?c#d', '\'"*~', '😀', 'news.*', '*', 'a-pnpres'],
    ...['x'.repeat(92), '😀'.repeat(92), `${'x'.repeat(92)}-pnpres`],
  ])('has nothing against %j', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each<readonly [unknown, string]>([
    ['', 'must not be empty'],
    ['x'.repeat(93), 'must have at most 92 characters, not 93'],
    ['😀'.repeat(93), 'must have at most 92 characters, not 93'],
    [`${'x'.repeat(93)}-pnpres`, 'must have at most 92 characters, not 93'],
    ['.', 'must not be exactly "."'],
    ['..', 'must not be exactly ".."'],
    ['a,b', 'must not contain a comma'],
    ['a\u0000', 'must not contain control characters'],
    ['a\tb', 'must not contain control characters'],
    ['\u0085', 'must not contain control characters'],
    ['a\ud83d', 'must not contain lone surrogates'],
    ['\ude00b', 'must not contain lone surrogates'],
    [7, 'must be a string, not a number'],
    [null, 'must be a string, not null'],
    [undefined, 'must be a string, not undefined'],
    [['a'], 'must be a string, not an array'],
    [{}, 'must be a string, not an object'],
  ])('refuses %j', (name, text) => {
    expect(nameProblem(name)).toContain(text);
  });

  it('never throws, and never repeats a name', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const problem = nameProblem(value);
        if (typeof value === 'string' && value.length > 12 && problem) expect(problem).not.toContain(value);
      }),
    );
  });
});

describe('presence names', () => {
  it('are the name with a suffix, and back', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(isPresenceName(presenceNameOf(name))).toBe(true);
        expect(withoutPresence(presenceNameOf(name))).toBe(name);
      }),
    );
    expect(withoutPresence('a')).toBe('a');
    expect(isPresenceName('pnpres')).toBe(false);
  });
});

describe('wildcards', () => {
  it.each([
    ['a.*', true],
    ['a.b.*', true],
    ['*', false],
    ['.*', false],
    ['a*', false],
    ['a.*.b', false],
    ['a.*-pnpres', false],
  ])('%s: %s', (name, expected) => {
    expect(isWildcard(name)).toBe(expected);
  });

  it.each([
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', true],
    ['a.*', 'a.*', true],
    ['a.*', 'a.', false],
    ['a.*', 'a', false],
    ['a.*', 'ab.c', false],
    ['a.b.*', 'a.b', false],
    ['a.b.*', 'a.c.d', false],
  ])('%s covers %s: %s', (wildcard, channel, expected) => {
    expect(wildcardCovers(wildcard, channel)).toBe(expected);
  });
});
