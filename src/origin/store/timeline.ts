import type { Stamp } from './stamp.ts';

/** An item of a timeline, which uses the links. */
export interface Moment {
  readonly tt: Stamp;
  older?: this | undefined;
  newer?: this | undefined;
}

/** Items in ascending order of their stamps, in a linked list: any of them is removed in constant time. */
export class Timeline<M extends Moment> {
  #oldest: M | undefined;
  #newest: M | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): M | undefined {
    return this.#oldest;
  }

  get newest(): M | undefined {
    return this.#newest;
  }

  /** Adds an item that is newer than all others. */
  push(moment: M): void {
    moment.older = this.#newest;
    moment.newer = undefined;
    if (this.#newest) this.#newest.newer = moment;
    else this.#oldest = moment;
    this.#newest = moment;
    this.#size++;
  }

  /** Removes an item of this timeline. */
  remove(moment: M): void {
    if (moment.older) moment.older.newer = moment.newer;
    else this.#oldest = moment.newer;
    if (moment.newer) moment.newer.older = moment.older;
    else this.#newest = moment.older;
    moment.older = undefined;
    moment.newer = undefined;
    this.#size--;
  }

  /** The items after a position, newest first. */
  *after(position: Stamp): Generator<M> {
    for (let moment = this.#newest; moment && moment.tt > position; moment = moment.older) yield moment;
  }
}
