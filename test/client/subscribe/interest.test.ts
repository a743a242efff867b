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
  test('is nothing of a name before that is accepted, and what is above its floor then', () => {
    const interest = new Interest(names('a n.* @g'));
    const wanted = (count: number) => [
      wants(interest, 'a', undefined, tt(count)),
      wants(interest, 'n.x', 'n.*', tt(count)),
      wants(interest, 'm', 'g', tt(count)),
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
    expect([wants(interest, 'a', undefined, tt(6)), wants(interest, 'b', undefined, tt(6))]).toEqual([
      true,
      false,
    ]);
  });

  test('ends with the name', () => {
    const interest = new Interest(names('a n.* @g'));
    interest.accept(interest.names, tt(5));
    interest.drop(names('a @g'));
    expect(short(interest.names)).toBe('n.*');
    expect(wants(interest, 'a', undefined, tt(9))).toBe(false);
    expect(wants(interest, 'm', 'g', tt(9))).toBe(false);
    expect(wants(interest, 'n.x', undefined, tt(9))).toBe(true);
  });

  test('is not changed by names that it never had', () => {
    const interest = new Interest(names('a'));
    interest.accept(names('b @g'), tt(5));
    expect(short(interest.names)).toBe('a');
    expect(wants(interest, 'b', undefined, tt(9))).toBe(false);
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
  test('is set of what is pending alone, and says which names these were', () => {
    const interest = new Interest(names('a b @g'));
    expect(short(interest.accept(names('a c'), tt(5)))).toBe('a');
    expect(short(interest.accept(names('a b @g'), tt(6)))).toBe('b @g');
    expect(short(interest.pending)).toBe('');
  });

  test('can be set anew, of names that are wanted alone', () => {
    const interest = new Interest(names('a'));
    interest.accept(names('a'), tt(5));
    interest.setFloor(names('a b @g'), tt(8));
    expect([wants(interest, 'a', undefined, tt(8)), wants(interest, 'a', undefined, tt(9))]).toEqual([
      false,
      true,
    ]);
    expect(short(interest.names)).toBe('a');
  });

  test('is the lowest of those of a names that are accepted', () => {
    const interest = new Interest(names('a b c @g'));
    interest.accept(names('b @g'), tt(5));
    interest.accept(names('a'), tt(3));
    const floors = ['a', 'b', 'a b', 'b @g', 'c', 'x', 'c b', '@g'].map((text) =>
      interest.floorOf(names(text)),
    );
    expect(floors).toEqual([tt(3), tt(5), tt(3), tt(5), undefined, undefined, tt(5), tt(5)]);
  });
});

describe('what a subscription covers', () => {
  test('does not depend on floors', () => {
    const interest = new Interest(names('a n.* @g'));
    const entries = [
      ...[
        ['a', undefined],
        ['n.x', undefined],
        ['m', 'g'],
      ],
      ...[
        ['b', undefined],
        ['n', undefined],
        ['m', 'h'],
        ['g', undefined],
      ],
    ] as const;
    expect(entries.map(([channel, group]) => interest.match(channel ?? '', group) !== undefined)).toEqual([
      ...[true, true, true],
      ...[false, false, false, false],
    ]);
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
