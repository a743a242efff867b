import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeliveryWindow } from '../../../src/client/subscribe/dedupe.ts';
import { SENT } from '../../../src/client/wire/encrypted.ts';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { tt } from '../../support/loop-machine.ts';

const FIVE_MINUTES = 300_000;
const BASE: WireEnvelope = { c: 'a', p: { t: tt(1), r: 1 }, e: 0, i: 'bob', s: 4, d: { text: 'hi' } };

const nth = (count: number): WireEnvelope => ({ ...BASE, p: { t: tt(count), r: 1 } });
const windowOf = (limit = 1_000) => new DeliveryWindow(limit, 0.25);
/** Notes the only entry of an answer. */
const noteAlone = (window: DeliveryWindow, envelope: WireEnvelope) => {
  window.makeRoom();
  return window.note(envelope, 0);
};

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
    ['meta', { u: { any: 1 } }],
    ['custom type', { cmt: 'text' }],
  ] as const)('takes an entry of another %s for another', (_, change) => {
    const window = windowOf();
    const first = window.note(BASE, 0);
    // A missing member is `undefined` here, and absent on the wire.
    const other = { ...BASE, ...change } as WireEnvelope;
    const second = window.note(other, 0);
    expect(second).not.toBe(first);
    expect(window.note(other, 0)).toBe(second);
    expect(window.note(BASE, 0)).toBe(first);
    expect([first.copies, second.copies]).toEqual([2, 2]);
  });

  test.each([
    ['region', { p: { t: tt(1), r: 9 } }],
    ['shard', { a: '7' }],
    ['flags', { f: 514 }],
    ['name that matched', { b: 'g' }],
    ['empty meta', { u: '' }],
    ['empty custom type', { cmt: '' }],
  ])('takes one of another %s for a copy', (_, change) => {
    const window = windowOf();
    const first = window.note(BASE, 0);
    expect(window.note({ ...BASE, ...change }, 0)).toBe(first);
    expect(first.copies).toBe(2);
  });

  test('compares an encrypted payload as it was sent, whatever the crypto module made of a copy', () => {
    const window = windowOf();
    const sealed = { ...BASE, d: 'c2VhbGVk' };
    const opened = { ...BASE, [SENT]: 'c2VhbGVk' };
    const first = window.note(sealed, 0);
    expect(window.note(opened, 0)).toBe(first);
    expect(window.note({ ...opened, [SENT]: 'b3RoZXI=' }, 0)).not.toBe(first);
  });

  test('takes an absent kind for that of a message', () => {
    const window = windowOf();
    const { e: _, ...plain } = BASE;
    expect(window.note(plain, 0)).toBe(window.note(BASE, 0));
  });

  test('remembers who has had an entry, whatever name its copies come under', () => {
    const window = windowOf();
    window.note(BASE, 0).had.add(3);
    window.note({ ...BASE, b: 'g' }, 0).had.add(7);
    const { had, copies } = window.note({ ...BASE, b: 'n.*' }, 0);
    expect([copies, ...[0, 3, 5, 7].map((id) => had.has(id))]).toEqual([3, false, true, false, true]);
  });

  test('forgets nothing that is pinned, and as much of the rest as ever', () => {
    const window = windowOf(2);
    const [pinned, twin] = [window.note(BASE, 0), window.note({ ...BASE, d: 'another' }, 0)];
    pinned.pins++;
    for (let count = 2; count < 20; count++) noteAlone(window, nth(count));
    expect(window.note(BASE, 0)).toBe(pinned);
    expect(window.note({ ...BASE, d: 'another' }, 0)).not.toBe(twin);
    expect(window.note(nth(18), 0).copies).toBe(2);
    expect(window.note(nth(10), 0).copies).toBe(1);
    pinned.pins--;
    for (let count = 20; count < 30; count++) noteAlone(window, nth(count));
    expect(window.note(BASE, 0)).not.toBe(pinned);
  });

  test('forgets nothing within an answer, however much is in it', () => {
    const window = windowOf(2);
    const all = Array.from({ length: 50 }, (_, count) => window.note(nth(count), 0));
    expect(all.map((_, count) => window.note(nth(count), 0))).toEqual(all);
    for (let count = 50; count < 56; count++) noteAlone(window, nth(count));
    expect(window.note(nth(0), 0).copies).toBe(1);
  });

  test('looks back five minutes from the first copy, and begins anew then', () => {
    const window = windowOf();
    const first = window.note(BASE, 0);
    expect(window.note(BASE, FIVE_MINUTES)).toBe(first);
    const second = window.note(BASE, FIVE_MINUTES + 1);
    expect(second).not.toBe(first);
    expect(window.note(BASE, FIVE_MINUTES + 2)).toBe(second);
    expect(second.copies).toBe(2);
  });

  test('looks back as many entries as it is told to, and never more than twice as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 60 }), (limit, more) => {
        const seen = (back: number) => {
          const window = windowOf(limit);
          for (let count = 0; count <= limit + more; count++) noteAlone(window, nth(count));
          return window.note(nth(limit + more - back), 0).copies > 1;
        };
        for (let back = 0; back < limit; back++) expect(seen(back)).toBe(true);
        if (more >= limit) expect(seen(2 * limit)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test('says up to where it has forgotten: of what is above, everything is remembered', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), counts, (limit, order) => {
        const window = windowOf(limit);
        for (const count of order) noteAlone(window, nth(count));
        const forgotten = BigInt(window.forgottenUpTo);
        for (const count of new Set(order))
          if (BigInt(tt(count)) > forgotten) expect(window.note(nth(count), 0).copies).toBeGreaterThan(1);
      }),
    );
  });

  test('has forgotten nothing before it is full, and something after two generations', () => {
    const window = windowOf(3);
    for (let count = 1; count <= 6; count++) noteAlone(window, nth(count));
    expect(window.forgottenUpTo).toBe('0');
    noteAlone(window, nth(7));
    expect(window.forgottenUpTo).toBe(tt(3));
  });

  test('can be emptied', () => {
    const window = windowOf(2);
    for (let count = 0; count < 5; count++) window.note(nth(count), 0);
    window.clear();
    expect(window.forgottenUpTo).toBe('0');
    for (let count = 0; count < 5; count++) {
      const { copies, had } = window.note(nth(count), 0);
      expect([copies, had.has(0)]).toEqual([1, false]);
    }
  });
});

describe('a row of the history', () => {
  const row = { c: 'a', p: { t: tt(1), r: 0 }, i: 'bob', d: { text: 'hi' } };

  test('is a copy of the live entry, whose number it does not know', () => {
    const window = windowOf();
    expect(window.note(row, 0, 'history')).toBe(window.note(BASE, 0));
    const other = windowOf();
    const live = other.note(BASE, 0);
    expect(other.note(row, 0, 'history')).toBe(live);
    expect(live.sequence).toBe(4);
  });

  test('that came first takes the number of the live entry: one of another number is another', () => {
    const window = windowOf();
    const first = window.note(row, 0, 'history');
    expect(first.sequence).toBe(null);
    expect(window.note(BASE, 0)).toBe(first);
    expect(window.note({ ...BASE, s: 5 }, 0)).not.toBe(first);
  });

  test('is recognised however long ago the entry came', () => {
    const window = windowOf();
    const first = window.note(BASE, 0);
    expect(window.note(row, 10 * FIVE_MINUTES, 'history')).toBe(first);
  });

  test.each([
    ['an empty meta', { u: '' }],
    ['no meta', { u: null }],
    ['an empty custom type', { cmt: '' }],
  ])('with %s is a copy of an entry without one', (_, change) => {
    const window = windowOf();
    const first = window.note(BASE, 0);
    // History may write `null`, which the live wire does not.
    expect(window.note({ ...row, ...change } as WireEnvelope, 0, 'history')).toBe(first);
  });
});

describe('an entry with an id', () => {
  const withId = (count: number, change: object = {}) =>
    ({ ...nth(count), u: { tt_id: 'x' }, ...change }) as WireEnvelope;

  test('is one, whatever its timetoken, content and sequence, live or a row', () => {
    const window = windowOf();
    const first = window.note(withId(1), 0);
    expect(window.note(withId(2, { d: 'other', s: 9, u: { tt_id: 'x', a: 1 } }), 0)).toBe(first);
    expect(window.note(withId(3, { s: undefined }), 0, 'history')).toBe(first);
  });

  test.each([
    ['channel', { c: 'b' }],
    ['publisher', { i: 'eve' }],
    ['id', { u: { tt_id: 'y' } }],
  ])('is another one with another %s', (_, change) => {
    const window = windowOf();
    expect(window.note(withId(1, change), 0)).not.toBe(window.note(withId(1), 0));
  });

  test('is news to the loop under a timetoken that it has not had', () => {
    const window = windowOf();
    window.note(withId(1), 0).batch = 1;
    expect(window.note(withId(1), 0).batch).toBe(1);
    expect(window.note(withId(2), 0).batch).toBeUndefined();
  });
});
