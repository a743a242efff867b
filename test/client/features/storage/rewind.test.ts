import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rewind } from '../../../../src/client/features/storage/rewind.ts';
import { tt } from '../../../support/loop-machine.ts';

const NOW = 1_000;
const timeOf = (at: number) => tt(at);

describe('a rewind', () => {
  test('wants so many of those that come one by one, whatever shares a timetoken', () => {
    const rewind = new Rewind(tt(NOW), 2);
    for (const at of [10, 10]) {
      expect(rewind.wants(tt(at))).toBe(true);
      rewind.note(tt(at));
    }
    expect(rewind.wants(tt(10))).toBe(false);
    expect(rewind.wants(tt(9))).toBe(false);
  });

  test('wants what lies behind one that has come, however many have', () => {
    const rewind = new Rewind(tt(NOW), 1);
    rewind.note(tt(10));
    expect(rewind.wants(tt(11))).toBe(true);
    expect(rewind.newestOf([9, 10, 11, 12], timeOf)).toEqual([11, 12]);
  });

  test('counts nothing that came after the start', () => {
    const rewind = new Rewind(tt(NOW), 1);
    rewind.note(tt(NOW + 1));
    expect(rewind.isBefore(tt(NOW))).toBe(true);
    expect(rewind.isBefore(tt(NOW + 1))).toBe(false);
    expect(rewind.wants(tt(10))).toBe(true);
  });

  test('takes the newest of what is there at once, and never leaves a hole', () => {
    const batches = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: NOW }), { maxLength: 8 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 6 }), (all, most) => {
        const rewind = new Rewind(tt(NOW), most);
        const got = new Set<number>();
        const seen = new Set<number>();
        for (const batch of all) {
          const fresh = batch.filter((at) => !seen.has(at)).sort((a, b) => a - b);
          for (const at of fresh) seen.add(at);
          for (const at of rewind.newestOf(fresh, timeOf)) {
            rewind.note(tt(at));
            got.add(at);
          }
        }
        const newest = [...seen].sort((a, b) => b - a).slice(0, most);
        const [first] = all.filter((batch) => batch.length > 0);
        // The newest of all have come, whatever came before them.
        expect(newest.filter((at) => !got.has(at) && at > Math.min(...got))).toEqual([]);
        if (first) expect(got.size).toBeGreaterThanOrEqual(Math.min(most, seen.size));
      }),
    );
  });
});
