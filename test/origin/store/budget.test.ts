import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Account, Budget } from '../../../src/origin/store/budget.ts';

/** A list that gives way, as the stores do. */
class Cache {
  readonly items: number[] = [];
  readonly account: Account;

  constructor(budget: Budget, entries: number, bytes: number) {
    const dropOldest = () => this.drop();
    this.account = new Account({ limits: { entries, bytes }, budget, dropOldest });
  }

  add(bytes: number): void {
    this.items.push(bytes);
    this.account.add(1, bytes);
  }

  drop(): void {
    const oldest = this.items.shift();
    if (oldest !== undefined) this.account.remove(1, oldest);
  }

  get bytes(): number {
    return this.items.reduce((sum, bytes) => sum + bytes, 0);
  }
}

function checkAll(budget: Budget, caches: readonly Cache[], kept: readonly Account[]): void {
  const all = [...caches.map((one) => one.account), ...kept];
  const sum = (of: (one: Account) => number) => all.reduce((total, one) => total + of(one), 0);
  expect(budget.used.entries).toBe(sum((one) => one.entries));
  expect(budget.used.bytes).toBeCloseTo(sum((one) => one.bytes));
  expect(budget.used.entries).toBeLessThanOrEqual(20);
  expect(budget.used.bytes).toBeLessThanOrEqual(200.001);
  for (const one of caches) {
    expect([one.account.entries, one.account.bytes]).toEqual([one.items.length, one.bytes]);
    expect(one.items.length <= 8 && one.bytes <= 90).toBe(true);
  }
  for (const one of kept) expect(one.entries <= 6 && one.bytes <= 60.001).toBe(true);
}

test('whatever is added, no account and not all together exceed their limits', () => {
  const step = fc.record({ which: fc.nat(3), bytes: fc.nat(40), kept: fc.boolean(), drop: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const budget = new Budget({ entries: 20, bytes: 200 });
      const caches = [0, 1, 2, 3].map(() => new Cache(budget, 8, 90));
      const kept = [0, 1, 2, 3].map(() => new Account({ limits: { entries: 6, bytes: 60 }, budget }));
      for (const { which, bytes, kept: isKept, drop } of steps) {
        const [cache, account] = [caches[which], kept[which]];
        if (!cache || !account) continue;
        if (isKept && drop && account.entries > 0) account.remove(1, account.bytes / account.entries);
        else if (isKept && account.hasRoom(1, bytes)) account.add(1, bytes);
        else if (!isKept && drop) cache.drop();
        else if (!isKept) cache.add(bytes);
        checkAll(budget, caches, kept);
      }
    }),
  );
});

test('who holds little loses nothing to one that takes all', () => {
  const budget = new Budget({ entries: 1_000, bytes: 100_000 });
  const small = new Cache(budget, 1_000, 100_000);
  const large = new Cache(budget, 1_000_000, 1_000_000_000);
  for (let count = 0; count < 5; count++) small.add(10);
  for (let count = 0; count < 10_000; count++) large.add(100);
  expect(small.items).toHaveLength(5);
  expect(budget.used.entries).toBeGreaterThan(900);
});

test('what is kept takes half at most, and pushes out what gives way', () => {
  const budget = new Budget({ entries: 100, bytes: 1_000 });
  const cache = new Cache(budget, 1_000, 10_000);
  const free = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
  const account = new Account({ limits: free, budget });
  for (let count = 0; count < 100; count++) cache.add(10);
  let added = 0;
  for (; account.hasRoom(1, 10); added++) account.add(1, 10);
  expect([added, account.excess(1, 1), cache.items.length]).toEqual([50, 'process', 50]);
  account.remove(10, 100);
  expect(account.hasRoom(10, 100)).toBe(true);
  account.clear();
  expect(budget.used).toEqual({ entries: 50, bytes: 500 });
});
