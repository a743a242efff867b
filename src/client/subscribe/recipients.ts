/**
 * The ids of the subscriptions that have had an entry, as ranges of consecutive numbers. Subscriptions are served in the
 * order of their ids, so hundreds of them mostly make one range.
 */
export class Recipients {
  /** The first and last id of each range, in turn; not sorted if ids came out of order. */
  readonly #ranges: number[] = [];

  has(id: number): boolean {
    const ranges = this.#ranges;
    for (let index = 0; index < ranges.length; index += 2)
      if (id >= (ranges[index] ?? 0) && id <= (ranges[index + 1] ?? -1)) return true;
    return false;
  }

  add(id: number): void {
    const ranges = this.#ranges;
    if (this.has(id)) return;
    if (ranges.at(-1) === id - 1) ranges[ranges.length - 1] = id;
    else ranges.push(id, id);
  }
}
