/**
 * Ids of those that have had an entry, as runs of numbers that follow one another. Subscriptions are served in the order
 * of their ids, so that hundreds of them most often are one run.
 */
export class Recipients {
  // The run that grows, on its own: most entries need no list.
  #first = 0;
  #last = -1;
  /** The first and the last id of each run before, one after the other; not sorted where ids came out of their order. */
  #runs: number[] | undefined;

  has(id: number): boolean {
    if (id >= this.#first && id <= this.#last) return true;
    const runs = this.#runs;
    if (runs === undefined) return false;
    for (let index = 0; index < runs.length; index += 2)
      if (id >= (runs[index] ?? 0) && id <= (runs[index + 1] ?? -1)) return true;
    return false;
  }

  add(id: number): void {
    if (this.has(id)) return;
    if (this.#last === id - 1 && this.#last >= this.#first) {
      this.#last = id;
      return;
    }
    if (this.#last >= this.#first) {
      this.#runs ??= [];
      this.#runs.push(this.#first, this.#last);
    }
    this.#first = id;
    this.#last = id;
  }
}
