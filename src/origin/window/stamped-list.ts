import { firstAfter, type Stamp } from '../store/stamp.ts';

/** An item of a list; `gone` once it was removed. */
export interface Stamped {
  readonly tt: Stamp;
  gone?: boolean | undefined;
}

/** Items in ascending order of their stamps. Those that are gone are dropped together, when they are half of all. */
export class StampedList<T extends Stamped> {
  #items: T[] = [];
  #gone = 0;

  get size(): number {
    return this.#items.length - this.#gone;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Counts an item that has gone. */
  removed(): void {
    if (++this.#gone * 2 < this.#items.length) return;
    this.#items = this.#items.filter(({ gone }) => !gone);
    this.#gone = 0;
  }
}

interface Source<T> {
  readonly items: readonly T[];
  at: number;
  item: T;
}

/** The items of some lists after a position, oldest first: each as soon as it is asked for. */
export function* merged<T extends Stamped>(lists: Iterable<readonly T[]>, position: Stamp): Generator<T> {
  const heap = heapOf(lists, position);
  for (let first = heap[0]; first; first = heap[0]) {
    if (!first.item.gone) yield first.item;
    advance(heap, first);
  }
}

function heapOf<T extends Stamped>(lists: Iterable<readonly T[]>, position: Stamp): Source<T>[] {
  const heap: Source<T>[] = [];
  for (const items of lists) {
    const last = items.at(-1);
    if (!last || last.tt <= position) continue;
    const at = firstAfter(items, position);
    const item = items[at];
    if (item) heap.push({ items, at, item });
  }
  for (let place = heap.length >> 1; place >= 0; place--) sink(heap, place);
  return heap;
}

function advance<T extends Stamped>(heap: Source<T>[], first: Source<T>): void {
  const next = first.items[++first.at];
  if (next) first.item = next;
  else {
    const last = heap.pop();
    if (last && last !== first) heap[0] = last;
  }
  sink(heap, 0);
}

function sink<T extends Stamped>(heap: Source<T>[], from: number): void {
  for (let place = from; ; ) {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const least = isBefore(heap[right], heap[left]) ? right : left;
    const [here, below] = [heap[place], heap[least]];
    if (!here || !below || !isBefore(below, here)) return;
    heap[place] = below;
    heap[least] = here;
    place = least;
  }
}

function isBefore<T extends Stamped>(a: Source<T> | undefined, b: Source<T> | undefined): boolean {
  return a !== undefined && b !== undefined && a.item.tt < b.item.tt;
}
