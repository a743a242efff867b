import { valueAt } from '../../filter/evaluate.ts';
import { eachPage, type Page } from '../../store/page.ts';
import { type NextTurn, Turns } from '../../turns.ts';
import type { ListFilter, ListQuery, Sort } from './query.ts';

// Rows that are read together.
const ROWS = 500;
// The work of one turn, in steps of a filter: about ten milliseconds.
const SLICE = 100_000;
// Handling one row, and comparing it with another, in the same units.
const ROW_STEPS = 20;

/** One object of a list. */
export interface Row {
  /** Unique in the list. */
  readonly id: string;
  /** The fields that lists are sorted and filtered by. */
  readonly values: object;
}

/** The rows of a list, which can be read in the order of their ids. */
export interface RowList<R extends Row> {
  /** The field that is the id, as queries name it. */
  readonly idField: string;
  read(page: Page): Promise<readonly R[]>;
  count(): Promise<number>;
}

/** The rows of a page. */
export interface Selected<R> {
  readonly rows: readonly R[];
  /** The number of all that match, if the query asks for it. */
  readonly total: number | undefined;
}

/** Positions in a list, of which the last does not count. */
export type Span = readonly [start: number, end: number];

/** About the rows that `select` holds at once. */
export function weightOf(list: Pick<RowList<Row>, 'idField'>, query: ListQuery, [, end]: Span): number {
  return isInOrder(list, query) ? Math.min(ROWS, end) : ROWS + end;
}

/**
 * The rows of a list at some positions, as the query filters and sorts it. The list is read in several turns: up to the last
 * of the rows if they are in the order of the ids, and otherwise all of it, of which no more is held than is needed.
 */
export async function select<R extends Row>(
  list: RowList<R>,
  query: ListQuery,
  { span, nextTurn }: { readonly span: Span; readonly nextTurn: NextTurn },
): Promise<Selected<R>> {
  if (!isInOrder(list, query)) return selectAny(list, query, { span, nextTurn });
  const rows = await rowsById(list, span, nextTurn);
  return { rows, total: query.count ? await list.count() : undefined };
}

// The rows are wanted as they are read.
function isInOrder(
  { idField }: Pick<RowList<Row>, 'idField'>,
  { sorts: [first], filter }: ListQuery,
): boolean {
  return !filter && (!first || (first.path.join('.') === idField && !first.descending));
}

async function rowsById<R extends Row>(
  list: RowList<R>,
  [start, end]: Span,
  nextTurn: NextTurn,
): Promise<R[]> {
  const rows: R[] = [];
  if (start === end) return rows;
  let index = 0;
  for await (const page of pagesOf(list, nextTurn, Math.min(ROWS, end))) {
    rows.push(...page.slice(Math.max(0, start - index), Math.max(0, end - index)));
    index += page.length;
    if (index >= end) break;
  }
  return rows;
}

async function selectAny<R extends Row>(
  list: RowList<R>,
  { filter, sorts, count }: ListQuery,
  { span: [start, end], nextTurn }: { readonly span: Span; readonly nextTurn: NextTurn },
): Promise<Selected<R>> {
  const turns = new Turns(nextTurn, SLICE);
  const runs = new Runs<R>((a, b) => compareBy(sorts, a, b), end, turns);
  let total = 0;
  for await (const page of pagesOf(list, nextTurn, ROWS)) {
    const matching = filter ? await matchingOf(page, filter, turns) : page;
    total += matching.length;
    await runs.add(matching);
  }
  return { rows: (await runs.merged()).slice(start, end), total: count ? total : undefined };
}

async function matchingOf<R extends Row>(rows: readonly R[], filter: ListFilter, turns: Turns): Promise<R[]> {
  const matching: R[] = [];
  for (const row of rows) {
    const before = filter.spent;
    if (filter.matches((path) => valueAt(row.values, path))) matching.push(row);
    if (turns.isOver(ROW_STEPS + filter.spent - before)) await turns.next();
  }
  return matching;
}

function pagesOf<R extends Row>(list: RowList<R>, nextTurn: NextTurn, size: number) {
  return eachPage({ read: (page) => list.read(page), nameOf: ({ id }: R) => id, nextTurn, size });
}

/** Sorts rows as they come, in slices, and keeps the first of them. */
class Runs<R> {
  readonly #compare: (a: R, b: R) => number;
  readonly #most: number;
  readonly #turns: Turns;
  /** Sorted rows, the longest first. */
  readonly #runs: R[][] = [];

  constructor(compare: (a: R, b: R) => number, most: number, turns: Turns) {
    this.#compare = compare;
    this.#most = most;
    this.#turns = turns;
  }

  async add(rows: readonly R[]): Promise<void> {
    this.#runs.push(rows.toSorted(this.#compare).slice(0, this.#most));
    await this.#count(rows.length);
    while ((this.#runs.at(-2)?.length ?? Number.POSITIVE_INFINITY) <= (this.#runs.at(-1)?.length ?? 0)) {
      await this.#mergeLast();
    }
  }

  async merged(): Promise<readonly R[]> {
    while (this.#runs.length > 1) await this.#mergeLast();
    return this.#runs[0] ?? [];
  }

  async #mergeLast(): Promise<void> {
    const b = this.#runs.pop() ?? [];
    const a = this.#runs.pop() ?? [];
    const merged: R[] = [];
    for (let i = 0, j = 0; merged.length < this.#most && (i < a.length || j < b.length); ) {
      const [left, right] = [a[i], b[j]];
      const isLeft = left !== undefined && (right === undefined || this.#compare(left, right) <= 0);
      if (isLeft) i++;
      else j++;
      const next = isLeft ? left : right;
      if (next !== undefined) merged.push(next);
      await this.#count(1);
    }
    this.#runs.push(merged);
  }

  async #count(rows: number): Promise<void> {
    if (this.#turns.isOver(rows * ROW_STEPS)) await this.#turns.next();
  }
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
