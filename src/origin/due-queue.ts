/** An item that is due a fixed time after it was added. */
export interface Due {
  /** Milliseconds from adding until it is due. */
  length: number;
  /** Wall-clock time at which it is due, in milliseconds; set by the queue. */
  due: number;
}

/**
 * Items by due time. Items of equal length fall due in the order of insertion, so that one insertion-ordered set per
 * length replaces a heap: adding, removing and finding the first take constant time.
 */
export class DueQueue<T extends Due> {
  readonly #byLength = new Map<number, Set<T>>();

  /** Adds an item, or moves it to its new place. Change `length` only while it is not in the queue. */
  add(item: T, now: number): void {
    this.remove(item);
    item.due = now + item.length;
    const items = this.#byLength.get(item.length) ?? new Set();
    this.#byLength.set(item.length, items.add(item));
  }

  /** Removes an item, if it is in the queue. */
  remove(item: T): void {
    const items = this.#byLength.get(item.length);
    items?.delete(item);
    if (items?.size === 0) this.#byLength.delete(item.length);
  }

  /** The item that is due first. */
  first(): T | undefined {
    let first: T | undefined;
    for (const items of this.#byLength.values()) {
      const [item] = items;
      if (item && (!first || item.due < first.due)) first = item;
    }
    return first;
  }
}
