import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interest, wildcardsOver } from '../../../src/client/subscribe/interest.ts';
import { isWildcard, wildcardCovers } from '../../../src/protocol/names.ts';
import { names, short, tt } from '../../support/loop-machine.ts';

describe('the wildcards over a channel', () => {
  test.each([
    ['a', []],
    ['a.b', ['a.*']],
    ['a.b.c', ['a.b.*', 'a.*']],
    ['a.', []],
    ['.a', []],
    ['.a.b', ['.a.*']],
    ['a..b', ['a..*', 'a.*']],
    ['a.b-pnpres', ['a.*-pnpres']],
    ['a.b.c-pnpres', ['a.b.*-pnpres', 'a.*-pnpres']],
    ['', []],
    ['.', []],
  ])('"%s" are %j', (channel, expected) => {
    expect(wildcardsOver(channel)).toEqual(expected);
  });

  test('are exactly those wildcards that cover it', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(name, name, (channel, stem) => {
        const wildcard = `${stem}.*`;
        const covers = isWildcard(wildcard) && wildcardCovers(wildcard, channel);
        expect(wildcardsOver(channel).includes(wildcard)).toBe(covers);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a subscription wants', () => {
  test('is nothing of a name before that is accepted, and what is above its floor then', () => {
    const interest = new Interest(names('a n.* @g'));
    const wanted = (count: number) => [
      interest.wants('a', undefined, tt(count)),
      interest.wants('n.x', 'n.*', tt(count)),
      interest.wants('m', 'g', tt(count)),
    ];
    expect(wanted(9)).toEqual([false, false, false]);
    interest.accept(names('a n.* @g'), tt(5));
    expect(wanted(5)).toEqual([false, false, false]);
    expect(wanted(6)).toEqual([true, true, true]);
  });

  test('keeps the first floor of a name', () => {
    const interest = new Interest(names('a b'));
    interest.accept(names('a'), tt(5));
    interest.accept(names('a b'), tt(8));
    expect([interest.wants('a', undefined, tt(6)), interest.wants('b', undefined, tt(6))]).toEqual([
      true,
      false,
    ]);
  });

  test('ends with the name', () => {
    const interest = new Interest(names('a n.* @g'));
    interest.accept(interest.mix, tt(5));
    interest.drop(names('a @g'));
    expect(short(interest.mix)).toBe('n.*');
    expect(interest.wants('a', undefined, tt(9))).toBe(false);
    expect(interest.wants('m', 'g', tt(9))).toBe(false);
    expect(interest.wants('n.x', undefined, tt(9))).toBe(true);
  });

  test('is not changed by names that it never had', () => {
    const interest = new Interest(names('a'));
    interest.accept(names('b @g'), tt(5));
    expect(short(interest.mix)).toBe('a');
    expect(interest.wants('b', undefined, tt(9))).toBe(false);
  });

  test.each([
    ['n.x n.* @g', 'n.x', 'g', null],
    ['n.* @g', 'n.x', 'g', 'n.*'],
    ['n.* n.m.*', 'n.m.x', 'n.*', 'n.m.*'],
    ['@g', 'n.x', 'g', 'g'],
  ])('of "%s" an entry on %s that came for %s matched %j', (text, channel, match, expected) => {
    expect(new Interest(names(text)).matchOf(channel, match)).toBe(expected);
  });
});

describe('what a subscription may miss', () => {
  test('is a channel that it names or covers, from its floor on, and any channel where it has a group', () => {
    const named = new Interest(names('a n.*'));
    named.accept(names('a n.*'), tt(10));
    expect([named.mayMiss('a', tt(11)), named.mayMiss('a', tt(10)), named.mayMiss('b', tt(11))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(named.mayMiss('n.x', tt(11))).toBe(true);
    const grouped = new Interest(names('a @g'));
    grouped.accept(names('a @g'), tt(10));
    expect([grouped.mayMiss('b', tt(11)), grouped.mayMiss('b', tt(10))]).toEqual([true, false]);
  });
});
