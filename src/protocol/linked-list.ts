/** An item of a linked list, which uses the links. */
export interface Linked {
  older?: this | undefined;
  newer?: this | undefined;
}

/**
 * Items in the order in which they came. Any of them is removed in constant time, and nothing is made for one that comes.
 *
 * For what comes and goes with each request, in place of a `Map` or `Set`. When V8 makes room in one of those, its table is
 * replaced, and the old table points to the new one. Once a table has grown old, its successors are kept for its sake, with
 * all that was in them, until the next full collection: requests that have long ended are moved and kept as if in use.
 */
export class LinkedList<T extends Linked> {
  #oldest: T | undefined;
  #newest: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): T | undefined {
    return this.#oldest;
  }

  get newest(): T | undefined {
    return this.#newest;
  }

  /** All of them now, in a list that stays as it is. */
  get all(): readonly T[] {
    const all: T[] = [];
    for (let item = this.#oldest; item; item = item.newer) all.push(item);
    return all;
  }

  /** Adds an item that is in no list. */
  push(item: T): void {
    item.older = this.#newest;
    item.newer = undefined;
    if (this.#newest) this.#newest.newer = item;
    else this.#oldest = item;
    this.#newest = item;
    this.#size++;
  }

  /** Removes an item of this list. Does nothing to one that is in no list. */
  remove(item: T): void {
    if (item.older) item.older.newer = item.newer;
    else if (item === this.#oldest) this.#oldest = item.newer;
    else return;
    if (item.newer) item.newer.older = item.older;
    else this.#newest = item.older;
    item.older = undefined;
    item.newer = undefined;
    this.#size--;
  }

  /** Removes the oldest item. */
  shift(): T | undefined {
    const { oldest } = this;
    if (oldest) this.remove(oldest);
    return oldest;
  }
}
