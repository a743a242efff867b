import { expect, test } from 'vitest';
import { isFlawless, rideStorm, WHOLE } from '../support/chaos-storm.ts';

// A run can be repeated: TIMETOKEN_CHAOS_SEED=123 vitest run test/chaos/storm.test.ts
const SEED = Number(process.env['TIMETOKEN_CHAOS_SEED'] ?? Date.now() % 2 ** 31);

test(`while origins die and forget, every message comes once and in order, or a gap names it (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const { complaints, ours, published, acknowledged, forgetful } = await rideStorm({
    ...{ ...WHOLE, seed: SEED, messages: 1_000, channels: 8, clients: 5, peers: 0, restarts: 3 },
    ...{ severity: 0.3, pace: 30 },
  });
  expect(complaints).toEqual([]);
  expect(isFlawless(ours)).toBe(true);
  expect(published).toBeGreaterThanOrEqual(1_000);
  expect(acknowledged).toBeGreaterThan(900);
  // Each client lost its place in two logs.
  expect(forgetful).toBe(2);
  expect(ours.gaps).toBeGreaterThan(0);
});
