import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { FieldOptions } from '../../../bench/origin/field.ts';
import { GROUPS } from '../../../bench/origin/groups.ts';
import { TINY, withinLimits } from '../../../bench/origin/plan.ts';
import { startRedis } from '../../support/redis-server.ts';

// The server that is measured is the built package. What is reported here is too little to mean anything: the tests see
// that every measure runs to its end and brings numbers.
const options: FieldOptions = {
  plan: TINY,
  kinds: ['ours', 'bare'],
  folder: fileURLToPath(new URL('../../../', import.meta.url)),
  peers: undefined,
  profiles: undefined,
};

test.each([
  ['polls', 7],
  ['publish', 2],
  ['rush', 3],
  ['catch-up', 1],
] as const)('%s: the origin and the bare server are measured by turns', async (group, count) => {
  const rows = await GROUPS[group](options);
  expect(rows).toHaveLength(count);
  for (const { title, ours, base, ratio } of rows) {
    for (const value of [ours, base, ratio]) expect(value, title).toSatisfy(isNumberAboveZero);
  }
});

test('memory: what a parked poll holds is a number for both, however few there are', async () => {
  const rows = await GROUPS.memory(options);
  for (const { title, ours, base } of rows) {
    for (const value of [ours, base]) expect(value, title).toSatisfy(Number.isFinite);
  }
});

test('stores: each is measured at its interface, and under an origin beside the bare server', async (context) => {
  const redis = await startRedis();
  if (!redis) return context.skip('Redis is not installed.');
  await redis.stop();
  const rows = await GROUPS.stores({ ...options, plan: { ...TINY, rushMs: 100, publishes: 500 } });
  const sides = rows.filter((row) => 'values' in row);
  expect(sides.map(({ values }) => Object.keys(values).length)).toEqual([5, 5, 5, 5, 5, 4, 4, 4, 4, 4]);
  expect(rows).toHaveLength(sides.length + 1);
  for (const { title, values } of sides)
    for (const value of Object.values(values)) expect(value, title).toSatisfy(Number.isFinite);
});

test('there are no more clients than a process can have descriptors', () => {
  const { clients, returning } = withinLimits({ ...TINY, clients: Number.MAX_SAFE_INTEGER });
  expect(clients).toBeLessThan(Number.MAX_SAFE_INTEGER);
  expect(clients).toBeGreaterThan(TINY.clients);
  expect(returning).toBe(TINY.returning);
});

function isNumberAboveZero(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}
