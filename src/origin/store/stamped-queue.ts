import { firstAfter, type Stamp } from './stamp.ts';

/** Items in ascending order of their stamps, of which the oldest go one by one: each costs the same, however many there are. */
export class StampedQueue<T extends { readonly tt: Stamp }> {
  // The first of them have gone, and hold nothing.
  #items: (T | undefined)[] = [];
  #gone = 0;

  get size(): number {
    return this.#items.length - this.#gone;
  }

  get oldest(): T | undefined {
    return this.#items[this.#gone];
  }

  get newest(): T | undefined {
    return this.#items.at(-1);
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Removes the oldest. */
  shift(): T | undefined {
    const { oldest } = this;
    if (!oldest) return undefined;
    this.#items[this.#gone] = undefined;
    if (++this.#gone * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#gone);
      this.#gone = 0;
    }
    return oldest;
  }

  /** Removes the newest, at most `count`. */
  dropNewest(count: number): readonly T[] {
    const kept = Math.max(this.#gone, this.#items.length - count);
    return this.#items.splice(kept).filter((item) => item !== undefined);
  }

  /** At most `limit` items after a position. */
  after(position: Stamp, limit = Number.POSITIVE_INFINITY): readonly T[] {
    const found: T[] = [];
    const { newest } = this;
    if (!newest || newest.tt <= position) return found;
    const items = this.#items;
    const start = firstAfter(items, position, this.#gone);
    const end = Math.min(items.length, start + limit);
    for (let index = start; index < end; index++) {
      const item = items[index];
      if (item) found.push(item);
    }
    return found;
  }
}
