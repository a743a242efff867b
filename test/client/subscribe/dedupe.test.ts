import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DedupeWindow } from '../../../src/client/subscribe/dedupe.ts';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { tt } from '../../support/loop-machine.ts';

const FIVE_MINUTES = 300_000;
const BASE: WireEnvelope = { c: 'a', p: { t: tt(1), r: 1 }, e: 0, i: 'bob', s: 4, d: { text: 'hi' } };

describe('the window', () => {
  test.each([
    ['channel', { c: 'b' }],
    ['timetoken', { p: { t: tt(2), r: 1 } }],
    ['kind', { e: 1 }],
    ['publisher', { i: 'eve' }],
    ['missing publisher', { i: undefined }],
    ['sequence', { s: 5 }],
    ['missing sequence', { s: undefined }],
    ['payload', { d: { text: 'ho' } }],
    ['type of the payload', { d: '{"text":"hi"}' }],
  ] as const)('takes an entry of another %s for another', (_, change) => {
    const window = new DedupeWindow(1_000);
    window.note(BASE, 0);
    // A missing member is `undefined` here, and absent on the wire.
    const other = { ...BASE, ...change } as WireEnvelope;
    expect(window.note(other, 0)).toEqual([]);
    expect(window.note(other, 0)).toBe(undefined);
    expect(window.note(BASE, 0)).toBe(undefined);
  });

  test.each([
    ['region', { p: { t: tt(1), r: 9 } }],
    ['shard', { a: '7' }],
    ['flags', { f: 514 }],
    ['meta', { u: { any: 1 } }],
  ])('takes one of another %s for a copy', (_, change) => {
    const window = new DedupeWindow(1_000);
    window.note(BASE, 0);
    expect(window.note({ ...BASE, ...change }, 0)).toBe(undefined);
  });

  test('takes an absent kind for that of a message', () => {
    const window = new DedupeWindow(1_000);
    const { e: _, ...plain } = BASE;
    window.note(plain, 0);
    expect(window.note(BASE, 0)).toBe(undefined);
  });

  test('gives the names under which copies came before, and none under a name for the second time', () => {
    const window = new DedupeWindow(1_000);
    expect(window.note(BASE, 0)).toEqual([]);
    expect(window.note({ ...BASE, b: 'g' }, 0)).toEqual(['a']);
    expect(window.note({ ...BASE, b: 'n.*' }, 0)).toEqual(['a', 'g']);
    expect(window.note({ ...BASE, b: 'a' }, 0)).toBe(undefined);
    expect(window.note({ ...BASE, b: 'g' }, 0)).toBe(undefined);
  });

  test('looks back five minutes from the first copy', () => {
    const window = new DedupeWindow(1_000);
    window.note(BASE, 0);
    expect(window.note(BASE, FIVE_MINUTES)).toBe(undefined);
    expect(window.note(BASE, FIVE_MINUTES + 1)).toEqual([]);
    expect(window.note(BASE, FIVE_MINUTES + 2)).toBe(undefined);
  });

  test('looks back as many entries as it is told to, and never more than twice as many', () => {
    const nth = (count: number): WireEnvelope => ({ ...BASE, p: { t: tt(count), r: 1 } });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 60 }), (limit, more) => {
        const seen = (back: number) => {
          const window = new DedupeWindow(limit);
          for (let count = 0; count <= limit + more; count++) window.note(nth(count), 0);
          return window.note(nth(limit + more - back), 0) === undefined;
        };
        for (let back = 0; back < limit; back++) expect(seen(back)).toBe(true);
        if (more >= limit) expect(seen(2 * limit)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test('of no entries takes nothing for a copy', () => {
    const window = new DedupeWindow(0);
    expect([window.note(BASE, 0), window.note(BASE, 0)]).toEqual([[], []]);
  });

  test('can be emptied', () => {
    const window = new DedupeWindow(2);
    for (let count = 0; count < 5; count++) window.note({ ...BASE, p: { t: tt(count), r: 1 } }, 0);
    window.clear();
    for (let count = 0; count < 5; count++)
      expect(window.note({ ...BASE, p: { t: tt(count), r: 1 } }, 0)).toEqual([]);
  });
});
