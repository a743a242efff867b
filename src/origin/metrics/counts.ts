/**
 * Counts by a small number of labels. They are plain numbers until somebody asks: a counter of the library would look its
 * labels up with every request.
 */
export class Counts {
  readonly #byFirst = new Map<string, Map<string, number>>();

  add(first = '', second = '', count = 1): void {
    const counts = this.#byFirst.get(first);
    if (counts) counts.set(second, (counts.get(second) ?? 0) + count);
    else this.#byFirst.set(first, new Map([[second, count]]));
  }

  /** Every count with its labels. */
  *[Symbol.iterator](): Generator<readonly [first: string, second: string, count: number]> {
    for (const [first, counts] of this.#byFirst) {
      for (const [second, count] of counts) yield [first, second, count];
    }
  }
}
