/** An item that is due a fixed time after it was added. */
export interface Due {
  /** Milliseconds from adding until it is due. */
  length: number;
  /** Wall-clock time at which it is due, in milliseconds; set by the queue. */
  due: number;
  /** Where the queue finds it; the queue alone changes this, and its neighbours that are due at the same time. */
  moment?: DueMoment<this> | undefined;
  dueBefore?: this | undefined;
  dueAfter?: this | undefined;
}

/** A time at which items are due, in the order in which they were added. */
export interface DueMoment<T> {
  readonly due: number;
  /** Its place in the heap. */
  place: number;
  first: T | undefined;
  last: T | undefined;
}

/**
 * Items by due time. Those due at the same millisecond are a linked list, so that thousands which come and go together
 * cost next to nothing; the times are a binary heap, so that others take time in the logarithm of their number, however
 * many different lengths there are. Items due at the same time come in the order of insertion.
 */
export class DueQueue<T extends Due> {
  readonly #heap: DueMoment<T>[] = [];
  readonly #moments = new Map<number, DueMoment<T>>();

  /** Adds an item, or moves it to its new place. Change `length` only while it is not in the queue. */
  add(item: T, now: number): void {
    this.remove(item);
    item.due = now + item.length;
    const moment = this.#moments.get(item.due) ?? this.#open(item.due);
    item.moment = moment;
    item.dueBefore = moment.last;
    item.dueAfter = undefined;
    if (moment.last) moment.last.dueAfter = item;
    else moment.first = item;
    moment.last = item;
  }

  /** Removes an item, if it is in the queue. */
  remove(item: T): void {
    const { moment, dueBefore, dueAfter } = item;
    if (!moment || this.#heap[moment.place] !== moment) return;
    if (dueBefore) dueBefore.dueAfter = dueAfter;
    else moment.first = dueAfter;
    if (dueAfter) dueAfter.dueBefore = dueBefore;
    else moment.last = dueBefore;
    item.moment = undefined;
    item.dueBefore = undefined;
    item.dueAfter = undefined;
    if (!moment.first) this.#close(moment);
  }

  /** The item that is due first. */
  first(): T | undefined {
    return this.#heap[0]?.first;
  }

  #open(due: number): DueMoment<T> {
    const moment: DueMoment<T> = { due, place: 0, first: undefined, last: undefined };
    this.#moments.set(due, moment);
    this.#rise(moment, this.#heap.length);
    return moment;
  }

  #close(moment: DueMoment<T>): void {
    this.#moments.delete(moment.due);
    const { place } = moment;
    const last = this.#heap.pop();
    if (!last || last === moment) return;
    const above = this.#heap[(place - 1) >> 1];
    if (place > 0 && above && last.due < above.due) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #rise(moment: DueMoment<T>, from: number): void {
    let place = from;
    while (place > 0) {
      const up = (place - 1) >> 1;
      const above = this.#heap[up];
      if (!above || above.due <= moment.due) break;
      this.#put(above, place);
      place = up;
    }
    this.#put(moment, place);
  }

  #sink(moment: DueMoment<T>, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const below = right && left && right.due < left.due ? right : left;
      if (!below || below.due >= moment.due) break;
      const next = below === right ? 2 * place + 2 : 2 * place + 1;
      this.#put(below, place);
      place = next;
    }
    this.#put(moment, place);
  }

  #put(moment: DueMoment<T>, place: number): void {
    this.#heap[place] = moment;
    moment.place = place;
  }
}
