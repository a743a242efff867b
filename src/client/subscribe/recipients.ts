/**
 * The ids of the subscriptions that have had an entry, as ranges of consecutive numbers. Subscriptions are served in the
 * order of their ids, so hundreds of them mostly make one range.
 */
export class Recipients {
  // The range that grows, on its own: most entries need no list.
  #first = 0;
  #last = -1;
  /** The first and last id of each earlier range, in turn; not sorted if ids came out of order. */
  #ranges: number[] | undefined;

  has(id: number): boolean {
    if (id >= this.#first && id <= this.#last) return true;
    const ranges = this.#ranges;
    if (ranges === undefined) return false;
    for (let index = 0; index < ranges.length; index += 2)
      if (id >= (ranges[index] ?? 0) && id <= (ranges[index + 1] ?? -1)) return true;
    return false;
  }

  add(id: number): void {
    if (this.has(id)) return;
    if (this.#last === id - 1 && this.#last >= this.#first) {
      this.#last = id;
      return;
    }
    if (this.#last >= this.#first) {
      this.#ranges ??= [];
      this.#ranges.push(this.#first, this.#last);
    }
    this.#first = id;
    this.#last = id;
  }
}
