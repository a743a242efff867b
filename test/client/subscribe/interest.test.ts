import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupOf, Interest, wildcardsOver } from '../../../src/client/subscribe/interest.ts';
import { isWildcard, wildcardCovers } from '../../../src/protocol/names.ts';
import { names, short, tt } from '../../support/loop-machine.ts';

const wants = (interest: Interest, ...entry: Parameters<Interest['match']>) =>
  interest.match(...entry) !== undefined;

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
  test('ends with the name', () => {
    const interest = new Interest(names('a n.* @g'));
    interest.accept(interest.names, tt(5));
    interest.drop(names('a @g'));
    expect(short(interest.names)).toBe('n.*');
    expect(wants(interest, 'a', undefined, tt(9))).toBe(false);
    expect(wants(interest, 'm', 'g', tt(9))).toBe(false);
    expect(wants(interest, 'n.x', undefined, tt(9))).toBe(true);
  });

  test.each([
    ['n.x n.* @g', 'n.x', 'g', null],
    ['n.* @g', 'n.x', 'g', 'n.*'],
    ['n.* n.m.*', 'n.m.x', 'n.*', 'n.m.*'],
    ['@g', 'n.x', 'g', 'g'],
  ])('of "%s" an entry on %s that came for %s matched %j', (text, channel, match, expected) => {
    expect(new Interest(names(text)).match(channel, match)).toBe(expected);
  });
});

describe('a floor', () => {
  test('is the lowest of those of the names that are accepted', () => {
    const interest = new Interest(names('a b c @g'));
    interest.accept(names('b @g'), tt(5));
    interest.accept(names('a'), tt(3));
    const floors = ['a', 'b', 'a b', 'b @g', 'c', 'x', 'c b', '@g'].map((text) =>
      interest.floorOf(names(text)),
    );
    expect(floors).toEqual([tt(3), tt(5), tt(3), tt(5), undefined, undefined, tt(5), tt(5)]);
  });
});

describe('the group that an entry came for', () => {
  test.each([
    ['its group', { c: 'm', b: 'g' }, 'a @g', 'g'],
    ['no group that was asked for', { c: 'm', b: 'h' }, 'a @g', undefined],
    ['a wildcard', { c: 'n.x', b: 'n.*' }, 'n.* @g', undefined],
    ['its channel', { c: 'a', b: 'a' }, 'a @g', undefined],
    ['its channel, unsaid', { c: 'a' }, 'a @g', undefined],
    ['a channel that is named like the group', { c: 'g', b: 'g' }, 'g @g', undefined],
    ['a channel named like the group, unsaid', { c: 'g' }, 'g @g', undefined],
    ['a group that holds a channel of its name, which nobody asked for', { c: 'g', b: 'g' }, 'a @g', 'g'],
    ['a group, where another channel has its name', { c: 'm', b: 'g' }, 'g @g', 'g'],
    ['presence of a group', { c: 'm-pnpres', b: 'g-pnpres' }, '@g @g-pnpres', 'g-pnpres'],
  ] as const)('where it came for %s', (_, entry, asked, expected) => {
    expect(groupOf(entry, names(asked))).toBe(expected);
  });
});
