/** An item that is due a fixed time after it was added. */
export interface Due {
  /** Milliseconds from adding until it is due. */
  length: number;
  /** Wall-clock time at which it is due, in milliseconds; set by the queue. */
  due: number;
  /** Its place in the queue, which alone changes it. */
  place?: number | undefined;
  /** Orders items that are due at the same time; set by the queue. */
  turn?: number | undefined;
}

/**
 * Items by due time, in a binary heap: the first is found at once, and adding and removing take time in the logarithm of
 * their number, however many different lengths there are. Items due at the same time come in the order of insertion.
 */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];
  #turns = 0;

  /** Adds an item, or moves it to its new place. Change `length` only while it is not in the queue. */
  add(item: T, now: number): void {
    this.remove(item);
    item.due = now + item.length;
    item.turn = this.#turns++;
    this.#rise(item, this.#heap.length);
  }

  /** Removes an item, if it is in the queue. */
  remove(item: T): void {
    const place = item.place;
    if (place === undefined || this.#heap[place] !== item) return;
    item.place = undefined;
    const last = this.#heap.pop();
    if (!last || last === item) return;
    const above = this.#heap[(place - 1) >> 1];
    if (place > 0 && above && isBefore(last, above)) this.#rise(last, place);
    else this.#sink(last, place);
  }

  /** The item that is due first. */
  first(): T | undefined {
    return this.#heap[0];
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const up = (place - 1) >> 1;
      const above = this.#heap[up];
      if (!above || !isBefore(item, above)) break;
      this.#put(above, place);
      place = up;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const below = right && left && isBefore(right, left) ? right : left;
      if (!below || !isBefore(below, item)) break;
      const next = below === right ? 2 * place + 2 : 2 * place + 1;
      this.#put(below, place);
      place = next;
    }
    this.#put(item, place);
  }

  #put(item: T, place: number): void {
    this.#heap[place] = item;
    item.place = place;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.due < b.due || (a.due === b.due && (a.turn ?? 0) < (b.turn ?? 0));
}
