import type { NextTurn } from '../turns.ts';

/** A part of a list that is in the order of its names. */
export interface Page {
  /** The name after which it begins. Absent: at the first. */
  readonly after?: string | undefined;
  /** At most so many. */
  readonly limit: number;
}

// Small enough that one page is the work of well below a turn's share, whatever is done with its items.
const PAGE = 500;

/** A list that is read page by page. */
export interface PagedList<T> {
  /** Reads one page. */
  read(page: Page): Promise<readonly T[]>;
  /** The name of an item, by which the list is in order. */
  nameOf(item: T): string;
  /** Waits for the turn of the next page. */
  readonly nextTurn: NextTurn;
  /** Items of a page. Default 500. */
  readonly size?: number;
}

/**
 * Reads a list page by page, each in a turn of its own, so that neither the store nor the caller handles all of it at once.
 * What is added or removed meanwhile may be missing; what stays is there once.
 */
export async function* eachPage<T>({
  read,
  nameOf,
  nextTurn,
  size = PAGE,
}: PagedList<T>): AsyncGenerator<readonly T[], void> {
  for (let after: string | undefined; ; ) {
    const items = await read({ after, limit: size });
    if (items.length > 0) yield items;
    const last = items.at(-1);
    if (last === undefined || items.length < size) return;
    after = nameOf(last);
    await nextTurn();
  }
}
