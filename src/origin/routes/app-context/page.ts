import { valueAt } from '../../filter/evaluate.ts';
import type { Answer } from '../../http/answer.ts';
import { found } from './answers.ts';
import { type Bound, cursorOf, type ListQuery, type Sort } from './query.ts';

/** One object of a list. */
export interface Row {
  /** Unique in the list. */
  readonly id: string;
  /** The fields that lists are sorted and filtered by. */
  readonly values: object;
  /** Its form in answers. */
  show(): object;
}

/** The page of a list that the query selects, at most `maxCharacters` of it. */
export function pageOf(rows: readonly Row[], query: ListQuery, maxCharacters: number): Answer {
  const { filter, sorts, limit, count } = query;
  const matching = filter
    ? rows.filter(({ values }) => filter.matches((path) => valueAt(values, path)))
    : rows;
  const ordered = matching.toSorted((a, b) => compareBy(sorts, a, b));
  const [start, end] = spanOf(query.bound, limit);
  const shown = cut(ordered.slice(start, end), maxCharacters);
  return found({
    data: shown,
    ...(count && { totalCount: matching.length }),
    ...(shown.length > 0 && { next: cursorOf(start + shown.length) }),
    ...(shown.length > 0 && start > 0 && { prev: cursorOf(start) }),
  });
}

function spanOf(bound: Bound, limit: number): readonly [start: number, end: number] {
  if ('from' in bound) return [bound.from, bound.from + limit];
  return [Math.max(0, bound.before - limit), bound.before];
}

function cut(rows: readonly Row[], maxCharacters: number): readonly object[] {
  const shown: object[] = [];
  let characters = 0;
  for (const row of rows) {
    const item = row.show();
    characters += JSON.stringify(item).length;
    if (shown.length > 0 && characters > maxCharacters) break;
    shown.push(item);
  }
  return shown;
}

// Equal fields are ordered by name, so that a page never overlaps the next.
function compareBy(sorts: readonly Sort[], a: Row, b: Row): number {
  for (const { path, descending } of sorts) {
    const order = compare(sortable(a, path), sortable(b, path));
    if (order !== 0) return descending ? -order : order;
  }
  return compare(a.id, b.id);
}

// Without the `Z`, times of different precision compare correctly as text.
function sortable({ values }: Row, path: Sort['path']): string | undefined {
  const value = valueAt(values, path);
  if (typeof value !== 'string') return undefined;
  return path.at(-1) === 'updated' ? value.replace('Z', '') : value;
}

// Rows without a value come last.
function compare(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}
