/** What waits for its turn, in order. Whatever is taken out, from the middle too, costs the same. */
export class Line<T> {
  #waiting = new Set<T>();
  // Kept, since a new iterator of a set would pass all that was taken out of it.
  #order: Iterator<T> | undefined;
  #first: T | undefined;

  get size(): number {
    return this.#waiting.size;
  }

  /** The first; `undefined` if there is none. */
  get first(): T | undefined {
    while (this.#first === undefined || !this.#waiting.has(this.#first)) {
      this.#order ??= this.#waiting.values();
      const { value, done } = this.#order.next();
      if (done) {
        this.#order = this.#first = undefined;
        return undefined;
      }
      this.#first = value;
    }
    return this.#first;
  }

  add(one: T): void {
    this.#waiting.add(one);
  }

  delete(one: T): boolean {
    return this.#waiting.delete(one);
  }

  /** Puts others before all that wait. */
  prepend(others: readonly T[]): void {
    this.#waiting = new Set([...others, ...this.#waiting]);
    this.#order = this.#first = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#waiting.values();
  }
}
