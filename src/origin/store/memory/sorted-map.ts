import type { Page } from '../page.ts';

// Names in one bucket, at most; up to so many are sorted when they are listed.
const BUCKET = 512;

/**
 * A map that can be listed in the order of its names, page by page. The order of a large one is kept in buckets, so that
 * neither a change nor a page takes longer the more names there are.
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  /** The names in order. Empty while there are few. */
  #buckets: string[][] = [];

  get size(): number {
    return this.#values.size;
  }

  get(name: string): V | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The names, in no particular order. */
  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  set(name: string, value: V): void {
    const isNew = !this.#values.has(name);
    this.#values.set(name, value);
    if (!isNew) return;
    if (this.#buckets.length > 0) this.#insert(name);
    else if (this.#values.size > BUCKET) this.#buckets = halvesOf(this.#sorted());
  }

  delete(name: string): boolean {
    if (!this.#values.delete(name)) return false;
    const index = this.#bucketOf(name);
    const bucket = this.#buckets[index];
    bucket?.splice(placeOf(bucket, name), 1);
    if (bucket?.length === 0) this.#buckets.splice(index, 1);
    return true;
  }

  /** The values of a page, in the order of their names. */
  page({ after, limit }: Page): V[] {
    const values: V[] = [];
    for (const name of this.#after(after)) {
      const value = values.length < limit ? this.#values.get(name) : undefined;
      if (value === undefined) break;
      values.push(value);
    }
    return values;
  }

  *#after(after: string | undefined): Generator<string> {
    const buckets = this.#buckets.length > 0 ? this.#buckets : [this.#sorted()];
    const first = after === undefined || this.#buckets.length === 0 ? 0 : this.#bucketOf(after);
    for (let index = first; index < buckets.length; index++) {
      const bucket = buckets[index] ?? [];
      const start = after === undefined ? 0 : placeAfter(bucket, after);
      for (let at = start; at < bucket.length; at++) yield bucket[at] ?? '';
    }
  }

  #sorted(): string[] {
    return [...this.#values.keys()].sort();
  }

  #insert(name: string): void {
    const index = this.#bucketOf(name);
    const bucket = this.#buckets[index] ?? [];
    bucket.splice(placeOf(bucket, name), 0, name);
    if (bucket.length > BUCKET) this.#buckets.splice(index, 1, ...halvesOf(bucket));
  }

  /** The last bucket that begins at or before the name, or the first. */
  #bucketOf(name: string): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#buckets[middle]?.[0] ?? '') <= name) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function halvesOf(bucket: string[]): string[][] {
  const half = bucket.length >> 1;
  return [bucket.slice(0, half), bucket.slice(half)];
}

/** The number of names before this one. */
function placeOf(bucket: readonly string[], name: string): number {
  let low = 0;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bucket[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function placeAfter(bucket: readonly string[], name: string): number {
  const place = placeOf(bucket, name);
  return bucket[place] === name ? place + 1 : place;
}
