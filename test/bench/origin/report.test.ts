import { describe, expect, test } from 'vitest';
import { readOptions } from '../../../bench/origin/options.ts';
import { FULL, QUICK } from '../../../bench/origin/plan.ts';
import { isMet, table } from '../../../bench/origin/report.ts';
import { resultsPage } from '../../../bench/origin/results.ts';
import { type Aim, type Row, rowOf } from '../../../bench/origin/series.ts';

function row(target: Aim | undefined, { ours = 13, ratio = 1.3 } = {}): Row {
  return { title: 'Speed', unit: 'us', ours, base: 10, baseName: 'bare', ratio, target };
}

describe('the report on the origin', () => {
  test.each<[Aim | undefined, number, number, boolean]>([
    [{ of: 'ratio', limit: 1.3 }, 13, 1.304, true],
    [{ of: 'ratio', limit: 1.3 }, 13, 1.31, false],
    [{ of: 'ratio', limit: 0.75, atLeast: true }, 13, 0.76, true],
    [{ of: 'ratio', limit: 0.75, atLeast: true }, 13, 0.7, false],
    [{ of: 'value', limit: 7 }, 7.001, 9, true],
    [{ of: 'value', limit: 7 }, 7.2, 0.1, false],
    [undefined, 13, 99, true],
  ])('the target %j with %d and a ratio of %d is met: %s', (target, ours, ratio, expected) => {
    expect(isMet(row(target, { ours, ratio }))).toBe(expected);
  });

  test('the table says what is compared with what, and whether the target is met', () => {
    const [, , line] = table([row({ of: 'ratio', limit: 1.2 })]).split('\n');
    expect(line).toMatch(/^\| Speed +\| 13 us +\| bare 10 us +\| 1\.30 +\| at most 1\.2 +\| missed +\|$/);
  });

  test('the page of results names what was missed', () => {
    expect(resultsPage([row({ of: 'ratio', limit: 1.2 })], FULL)).toContain('Missed: Speed.');
    expect(resultsPage([row(undefined)], FULL)).toContain('Every target is met.');
  });

  test('a ratio is the median of those of the rounds', () => {
    const series = new Map([
      ['ours' as const, [{ cpu: 2 }, { cpu: 30 }, { cpu: 4 }]],
      ['bare' as const, [{ cpu: 1 }, { cpu: 10 }, { cpu: 4 }]],
    ]);
    expect(rowOf(series, 'cpu', { title: '', unit: 'us' })).toMatchObject({ ours: 4, base: 4, ratio: 2 });
  });
});

describe('the command line', () => {
  test('asks for everything at full length unless it says otherwise', () => {
    const { plan, groups, isWhole } = readOptions([]);
    expect(plan).toEqual(FULL);
    expect(groups).toContain('peers');
    expect(isWhole).toBe(true);
  });

  test('a short run, or one of some rows, is not kept', () => {
    expect(readOptions(['--quick'])).toMatchObject({ plan: QUICK, isWhole: false });
    expect(readOptions(['--only', 'polls,rush'])).toMatchObject({
      groups: ['polls', 'rush'],
      isWhole: false,
    });
    expect(readOptions(['--rounds', '2']).plan.rounds).toBe(2);
  });

  test.each([
    [['--only', 'all'], '--only knows polls, streams, memory,'],
    [['--rounds', '0'], '--rounds must be a whole number above zero, not 0.'],
    [['--clients', 'many'], '--clients must be'],
  ])('%j is refused with what it could be', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
