/**
 * Ids of those that have had an entry, as runs of numbers that follow one another. Subscriptions are served in the order
 * of their ids, so that hundreds of them most often are one run.
 */
export class Recipients {
  // The first and the last id of each run, one after the other; not sorted where ids came out of their order.
  readonly #runs: number[] = [];

  has(id: number): boolean {
    const runs = this.#runs;
    for (let index = 0; index < runs.length; index += 2)
      if (id >= (runs[index] ?? 0) && id <= (runs[index + 1] ?? -1)) return true;
    return false;
  }

  add(id: number): void {
    const last = this.#runs.length - 1;
    if (last > 0 && this.#runs[last] === id - 1) this.#runs[last] = id;
    else if (!this.has(id)) this.#runs.push(id, id);
  }
}
