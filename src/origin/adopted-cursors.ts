import type { Stamp } from './store/stamp.ts';

const MAX_ADOPTED = 1_000;

/**
 * The newest cursors that were given to clients with a cursor of another log. Some clients go on with the new timetoken
 * and the old region: without this list each of their polls would report the same loss.
 */
export class AdoptedCursors {
  readonly #cursors = new Set<Stamp>();

  get size(): number {
    return this.#cursors.size;
  }

  has(cursor: Stamp): boolean {
    return this.#cursors.has(cursor);
  }

  add(cursor: Stamp): void {
    this.#cursors.add(cursor);
    if (this.#cursors.size <= MAX_ADOPTED) return;
    const [oldest] = this.#cursors;
    if (oldest !== undefined) this.#cursors.delete(oldest);
  }
}
