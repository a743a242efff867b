import type { Stamp } from '../store/stamp.ts';

const MAX = 1_000;

/**
 * The newest cursors that were given to clients which came with another log's. Some clients go on with the new
 * timetoken and the old region: without this they would be taken for strangers, and told the same, again and again.
 */
export class Adopted {
  readonly #cursors = new Set<Stamp>();

  has(cursor: Stamp): boolean {
    return this.#cursors.has(cursor);
  }

  add(cursor: Stamp): void {
    this.#cursors.add(cursor);
    if (this.#cursors.size <= MAX) return;
    const [oldest] = this.#cursors;
    if (oldest !== undefined) this.#cursors.delete(oldest);
  }
}
