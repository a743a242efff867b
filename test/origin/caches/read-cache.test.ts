import { describe, expect, test } from 'vitest';
import { ReadCache } from '../../../src/origin/caches/read-cache.ts';
import { Budget } from '../../../src/origin/store/budget.ts';

const WIDE = { entries: 100, bytes: 1_000 };

/** A cache before a store whose reads end when the test says so. */
function opened(limits = WIDE, budget?: Budget) {
  const values = new Map<string, string>();
  const reads: { readonly keys: readonly string[]; answer(): void; fail(): void }[] = [];
  const cache = new ReadCache<string>({
    limits,
    budget,
    weigh: (key, value) => ({ entries: 1, bytes: key.length + value.length }),
    isFresh: (value) => value !== 'stale',
  });
  const read = (keys: readonly string[]) => {
    const found = new Map(keys.map((key) => [key, values.get(key) ?? 'none']));
    return new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
      reads.push({ keys, answer: () => resolve(found), fail: () => reject(new Error('down')) });
    });
  };
  const get = async (...keys: readonly string[]) => Object.fromEntries(await cache.get(keys, read));
  /** Reads keys, with an answer at once. */
  const filled = async (...keys: readonly string[]) => {
    const before = reads.length;
    const got = get(...keys);
    for (const { answer } of reads.slice(before)) answer();
    return got;
  };
  return { cache, values, reads, get, filled };
}

describe('a cache', () => {
  test('reads all that it has not in one call, and that there is nothing just once', async () => {
    const { values, reads, filled, get } = opened();
    values.set('a', '1');
    expect(await filled('a')).toEqual({ a: '1' });
    expect(await filled('a', 'b', 'c')).toEqual({ a: '1', b: 'none', c: 'none' });
    expect(await get('c', 'b', 'a')).toEqual({ a: '1', b: 'none', c: 'none' });
    expect(reads.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']]);
  });

  test('does not read twice what another call is reading', async () => {
    const { reads, get } = opened();
    const [one, two] = [get('a', 'b'), get('b', 'c')];
    expect(reads.map(({ keys }) => keys)).toEqual([['a', 'b'], ['c']]);
    for (const { answer } of reads) answer();
    expect(await Promise.all([one, two])).toEqual([
      { a: 'none', b: 'none' },
      { b: 'none', c: 'none' },
    ]);
  });

  test.each([
    ['forget', (cache: ReadCache<string>) => cache.forget('a')],
    ['clear', (cache: ReadCache<string>) => cache.clear()],
  ])('keeps nothing of a read that began before %s, and whoever comes later reads again', async (_, drop) => {
    const { cache, values, reads, get, filled } = opened();
    values.set('a', 'old');
    const before = get('a');
    values.set('a', 'new');
    drop(cache);
    const after = get('a');
    expect(reads).toHaveLength(2);
    reads[1]?.answer();
    expect(await after).toEqual({ a: 'new' });
    reads[0]?.answer();
    expect(await before).toEqual({ a: 'old' });
    expect(await filled('a')).toEqual({ a: 'new' });
    drop(cache);
    expect(cache.size).toBe(0);
  });

  test('keeps what other keys were read for when one is forgotten', async () => {
    const { cache, reads, get } = opened();
    const both = get('a', 'b');
    cache.forget('a');
    reads[0]?.answer();
    await both;
    expect(await get('b')).toEqual({ b: 'none' });
    expect(cache.size).toBe(1);
  });

  test('fails with a read that fails, all that wait for it, and tries again then', async () => {
    const { reads, get, filled } = opened();
    const waiting = [get('a', 'b'), get('b')];
    reads[0]?.fail();
    for (const one of waiting) await expect(one).rejects.toThrow('down');
    expect(await filled('b')).toEqual({ b: 'none' });
  });

  test('keeps nothing while it is not live', async () => {
    const { cache, reads, get, filled } = opened();
    await filled('a');
    const pending = get('b');
    cache.setLive(false);
    expect(cache.size).toBe(0);
    reads.at(-1)?.answer();
    await pending;
    await filled('a');
    await filled('b');
    expect([cache.size, reads.length]).toEqual([0, 4]);
    cache.setLive(true);
    await filled('a');
    expect(await get('a')).toEqual({ a: 'none' });
  });

  test('reads again what is not fresh', async () => {
    const { values, filled, reads } = opened();
    values.set('a', 'stale');
    await filled('a');
    values.set('a', 'fresh');
    expect(await filled('a')).toEqual({ a: 'fresh' });
    expect(await filled('a')).toEqual({ a: 'fresh' });
    expect(reads).toHaveLength(2);
  });

  test.each([
    ['entries', { entries: 3, bytes: 1_000 }],
    ['characters', { entries: 100, bytes: 16 }],
  ])('drops the oldest when there are too many %s', async (_, limits) => {
    const { cache, reads, filled } = opened(limits);
    for (const key of ['a', 'b', 'c', 'd', 'e']) await filled(key);
    expect(cache.size).toBe(3);
    await filled('c', 'd', 'e');
    expect(reads).toHaveLength(5);
  });

  test('gives way when others need the memory of the process', async () => {
    const budget = new Budget({ entries: 4, bytes: 1_000 });
    const { cache, filled } = opened(WIDE, budget);
    await filled('a', 'b', 'c');
    const other = opened(WIDE, budget);
    await other.filled('d', 'e', 'f');
    expect(cache.size + other.cache.size).toBe(4);
    cache.clear();
    other.cache.clear();
    expect(budget.used).toEqual({ entries: 0, bytes: 0 });
  });
});
