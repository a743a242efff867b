import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';

/** Merges rows into a list by time. The list keeps its order, and goes before rows of the same time. */
export function inOrder<T>(
  rows: readonly T[],
  list: readonly T[],
  timeOf: (item: T) => Timetoken,
): readonly T[] {
  if (rows.length === 0) return list;
  const sorted = rows.toSorted((a, b) => compareTimetokens(timeOf(a), timeOf(b)));
  const merged: T[] = [];
  let index = 0;
  for (const next of list) {
    for (
      let row = sorted[index];
      row && compareTimetokens(timeOf(row), timeOf(next)) < 0;
      row = sorted[index]
    ) {
      merged.push(row);
      index++;
    }
    merged.push(next);
  }
  return [...merged, ...sorted.slice(index)];
}
