/**
 * The ids of the subscriptions that have had an entry, as ranges of consecutive numbers. Subscriptions are served in the
 * order of their ids, so hundreds of them mostly make one range. There is one of these for each remembered entry: the
 * first range takes no list.
 */
export class Recipients {
  #first = 0;
  #last = -1;
  /** The first and last id of each further range, in turn; not sorted if ids came out of order. */
  #more: number[] | undefined;

  has(id: number): boolean {
    if (id >= this.#first && id <= this.#last) return true;
    const ranges = this.#more ?? [];
    for (let index = 0; index < ranges.length; index += 2)
      if (id >= (ranges[index] ?? 0) && id <= (ranges[index + 1] ?? -1)) return true;
    return false;
  }

  add(id: number): void {
    if (this.has(id)) return;
    const more = this.#more;
    if (this.#last < this.#first) this.#first = this.#last = id;
    else if (!more && this.#last === id - 1) this.#last = id;
    else if (!more) this.#more = [id, id];
    else if (more.at(-1) === id - 1) more[more.length - 1] = id;
    else more.push(id, id);
  }
}
