import { expect, test } from 'vitest';
import { fuzz } from '../support/chaos-fuzz.ts';

// A run can be repeated, but for its timing: TIMETOKEN_CHAOS_SEED=123 vitest run test/chaos/connections.test.ts
const GIVEN = process.env['TIMETOKEN_CHAOS_SEED'];
const SEED = GIVEN === undefined ? Date.now() % 2 ** 31 : Number(GIVEN);
const SECONDS = Number(process.env['TIMETOKEN_FUZZ_SECONDS'] ?? 60);
const GROWTH = 4_000_000;
const SLOWEST_MS = 100;
const TIMES_BARE = 5;

const WINDOWS = 6;

// One in a hundred may have waited for this process, or for others on the machine.
function slowest(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
}

/** The slowest of each part of the run. */
function byWindow(times: readonly number[]): readonly number[] {
  const length = Math.ceil(times.length / WINDOWS);
  return Array.from({ length: WINDOWS }, (_, index) =>
    slowest(times.slice(index * length, (index + 1) * length)),
  );
}

test(`random connections cost a server neither memory nor time (seed ${SEED})`, {
  timeout: (SECONDS + 120) * 1000,
}, async ({ annotate }) => {
  const { played, wrong, problem, held, sockets, latencies } = await fuzz(SEED, SECONDS);
  const [own, bare] = [slowest(latencies.origin), slowest(latencies.bare)];
  await annotate(
    `${played} connections; 99 of 100 of the others answered within ${own.toFixed(0)} ms, by a bare server within ` +
      `${bare.toFixed(0)} ms; held ${held.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')} MB`,
  );
  expect(problem).toBeUndefined();
  expect(wrong).toEqual([]);
  // Clients that stayed were dropped.
  expect(sockets).toBe(0);
  expect(played).toBeGreaterThan(SECONDS);
  // The first rounds compile functions and fill the queues.
  expect(Math.min(...held.slice(-3)) - Math.min(...held.slice(2, 5))).toBeLessThan(GROWTH);
  // The machine may be taken away from one server and not from the other for some seconds, but not most of the time.
  const bareByWindow = byWindow(latencies.bare);
  const late = byWindow(latencies.origin).filter(
    (time, index) => time > Math.max(SLOWEST_MS, TIMES_BARE * (bareByWindow[index] ?? 0)),
  );
  expect(late.length).toBeLessThan(WINDOWS / 2);
});
