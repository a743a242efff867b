import { expect, test } from 'vitest';
import type { Row } from '../../bench/measures/measure.ts';
import { missed, table } from '../../bench/report.ts';
import { resultsPage } from '../../bench/results.ts';
import { versions } from '../../bench/versions.ts';

const ROWS: readonly Row[] = [
  {
    title: 'Speed',
    ratios: { pubnub: 1, timetoken: 0.904, timetokenNode: 0.5 },
    targets: { timetoken: 0.9, timetokenNode: 0.4 },
  },
  {
    title: 'Size',
    ratios: { pubnub: 1, timetoken: 0.4 },
    bytes: { pubnub: 50_000, timetoken: 20_060 },
    targets: { timetoken: 20_000 },
  },
];

test('the table says of each target whether it is met, as precisely as it shows the number', () => {
  const lines = table(ROWS).split('\n');
  expect(lines[2]).toMatch(/Speed .* 1\.00 .* 0\.90, meets 0\.9 .* 0\.50, misses 0\.4/);
  expect(lines[3]).toMatch(/Size .* 1\.00 \(50\.0 kB\) .* 0\.40 \(20\.1 kB\), misses 20\.0 kB/);
});

test('every line of the table has the same columns', () => {
  const columns = table(ROWS)
    .split('\n')
    .map((line) => line.split('|').length);
  expect(new Set(columns).size).toBe(1);
});

test('the missed targets are named', () => {
  expect(missed(ROWS)).toEqual(['Speed (timetoken, nodeTransport())', 'Size (timetoken)']);
});

test('the page of results names what was compared, and says when every target is met', () => {
  const installed = versions();
  expect(installed['pubnub']).toBe('7.3.3');
  const page = resultsPage([], installed);
  expect(page).toContain('pubnub 7.3.3');
  expect(page).toContain('Every target is met.');
});
