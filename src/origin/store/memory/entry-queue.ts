import type { Entry } from '../entry.ts';
import { firstAfter, type Stamp } from '../stamp.ts';

/** The entries of a log in order, of which the oldest go one by one: each costs the same, however many there are. */
export class EntryQueue {
  #entries: Entry[] = [];
  #gone = 0;

  get oldest(): Entry | undefined {
    return this.#entries[this.#gone];
  }

  get newest(): Entry | undefined {
    return this.#entries.length > this.#gone ? this.#entries.at(-1) : undefined;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Removes the oldest. */
  shift(): Entry | undefined {
    const { oldest } = this;
    if (!oldest) return undefined;
    if (++this.#gone * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#gone);
      this.#gone = 0;
    }
    return oldest;
  }

  /** Removes the newest, at most `count`. */
  dropNewest(count: number): readonly Entry[] {
    const kept = Math.max(this.#gone, this.#entries.length - count);
    return this.#entries.splice(kept);
  }

  /** At most `limit` entries after a position, and whether these are all. */
  after(position: Stamp, limit: number): { readonly entries: readonly Entry[]; readonly isWhole: boolean } {
    const start = Math.max(this.#gone, firstAfter(this.#entries, position));
    const entries = this.#entries.slice(start, start + limit);
    return { entries, isWhole: start + entries.length === this.#entries.length };
  }
}
