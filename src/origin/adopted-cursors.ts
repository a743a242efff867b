import type { Stamp } from './store/stamp.ts';

const MAX_ADOPTED = 1_000;

/** A position in a log. */
interface Place {
  readonly cursor: Stamp;
  /** The number of the log. */
  readonly epoch: number;
}

/**
 * The newest cursors that were given to clients with a cursor of another log. Some clients go on with the new timetoken
 * and the old region: without this list each of their polls would report the same loss.
 */
export class AdoptedCursors {
  readonly #places = new Set<string>();

  get size(): number {
    return this.#places.size;
  }

  has(place: Place): boolean {
    return this.#places.has(nameOf(place));
  }

  add(place: Place): void {
    this.#places.add(nameOf(place));
    if (this.#places.size <= MAX_ADOPTED) return;
    const [oldest] = this.#places;
    if (oldest !== undefined) this.#places.delete(oldest);
  }
}

function nameOf({ cursor, epoch }: Place): string {
  return `${epoch}/${cursor}`;
}
