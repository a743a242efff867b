import { wildcardsCovering } from '../wildcards.ts';
import { type Stamped, StampedList } from './stamped-list.ts';

// Deeper wildcards read the list of the one above them, so that a name with many dots costs no more than others.
const LEVELS = 2;

/** An item of a channel. */
interface OfChannel extends Stamped {
  readonly channel: string;
}

/** Items by the wildcards over their channels, so that a wildcard costs in proportion to what is under it. */
export class WildcardIndex<T extends OfChannel> {
  readonly #lists = new Map<string, StampedList<T>>();

  /** Adds an item that is newer than all others. */
  add(item: T): void {
    for (const wildcard of indexed(item.channel)) {
      const list = this.#lists.get(wildcard) ?? new StampedList<T>();
      if (list.size === 0) this.#lists.set(wildcard, list);
      list.push(item);
    }
  }

  /** Removes an item of the index. */
  remove(item: T): void {
    item.gone = true;
    for (const wildcard of indexed(item.channel)) {
      const list = this.#lists.get(wildcard);
      list?.removed();
      if (list?.size === 0) this.#lists.delete(wildcard);
    }
  }

  /** The items under a wildcard, oldest first, with some that are gone, and for a deep one some of its neighbours. */
  under(wildcard: string): readonly T[] {
    return this.#lists.get(indexed(wildcard).at(-1) ?? '')?.items ?? [];
  }
}

function indexed(name: string): readonly string[] {
  const wildcards = wildcardsCovering(name);
  return wildcards.length <= LEVELS ? wildcards : wildcards.slice(0, LEVELS);
}
