import { describe, expect, test } from 'vitest';
import { VARIANTS } from '../../bench/clients/variants.ts';
import { measureBundle } from '../../bench/measures/bundle.ts';
import { measureHeap } from '../../bench/measures/heap.ts';
import { measureImport } from '../../bench/measures/import.ts';
import { type Row, TINY } from '../../bench/measures/measure.ts';
import { measureTraffic } from '../../bench/measures/traffic.ts';

// The processes that are measured import the built package. What they report here is too little to mean anything: the
// tests see that every measure runs to its end and brings numbers.
function expectNumbers(rows: readonly Row[]): void {
  for (const { title, ratios } of rows) {
    expect(ratios.pubnub, title).toBe(1);
    for (const value of Object.values(ratios)) expect(value, title).toSatisfy(isNumberAboveZero);
  }
}

function isNumberAboveZero(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

describe.concurrent('the benchmarks', () => {
  test('measure publishing, receiving and the way between, for every client', async () => {
    const rows = await measureTraffic(TINY, VARIANTS);
    expectNumbers(rows);
    expect(rows.map((row) => Object.keys(row.ratios))).toEqual(rows.map(() => [...VARIANTS]));
    expect(rows).toHaveLength(5);
  });

  test('measure the heap of an idle client', async () => {
    const rows = await measureHeap(TINY, ['pubnub', 'timetokenNode']);
    expectNumbers(rows);
    expect(rows[0]?.bytes?.timetokenNode).toBeGreaterThan(0);
  });

  test('measure the time to import', async () => {
    const rows = await measureImport(TINY);
    expectNumbers(rows);
    expect(Object.keys(rows[0]?.ratios ?? {})).toEqual(['pubnub', 'timetoken', 'timetokenNode']);
  });

  test('measure the bundle as it is published, and its dependencies as a part of it', async () => {
    const [whole, dependencies] = await measureBundle();
    expect(whole?.bytes?.timetoken).toBeGreaterThan(dependencies?.bytes?.timetoken ?? Number.NaN);
    expect(whole?.bytes?.pubnub).toBeGreaterThan(dependencies?.bytes?.timetoken ?? Number.NaN);
  });
});
