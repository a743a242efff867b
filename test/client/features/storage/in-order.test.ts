import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder } from '../../../../src/client/features/storage/in-order.ts';
import { tt } from '../../../support/loop-machine.ts';

interface Item {
  readonly at: number;
  readonly from: 'row' | 'list';
}

const items = (from: Item['from'], counts: readonly number[]): readonly Item[] =>
  counts.map((at) => ({ at, from }));
const merged = (rows: readonly number[], list: readonly number[]) =>
  inOrder(items('row', rows), items('list', list), ({ at }) => tt(at));
const counts = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 15 });

describe('rows and a list', () => {
  test('are put together by time', () => {
    expect(merged([5, 1, 3], [2, 4]).map(({ at }) => at)).toEqual([1, 2, 3, 4, 5]);
  });

  test('keep all of both, and the list its own order', () => {
    fc.assert(
      fc.property(counts, counts, (rows, list) => {
        const all = merged(rows, list);
        expect(all.filter(({ from }) => from === 'list').map(({ at }) => at)).toEqual(list);
        const put = all.filter(({ from }) => from === 'row').map(({ at }) => at);
        expect(put).toEqual(rows.toSorted((a, b) => a - b));
      }),
    );
  });

  test('are sorted where the list is', () => {
    fc.assert(
      fc.property(counts, counts, (rows, list) => {
        const all = merged(
          rows,
          list.toSorted((a, b) => a - b),
        ).map(({ at }) => at);
        expect(all).toEqual(all.toSorted((a, b) => a - b));
      }),
    );
  });

  test('of one time stand list first, and rows in the order they came', () => {
    expect(merged([2, 2], [1, 2, 3]).map(({ at, from }) => `${from} ${at}`)).toEqual([
      ...['list 1', 'list 2', 'row 2', 'row 2', 'list 3'],
    ]);
  });

  test('cost nothing where there are no rows: the list is handed on as it is', () => {
    const list = items('list', [3, 1, 2]);
    expect(inOrder([], list, ({ at }) => tt(at))).toBe(list);
  });
});
