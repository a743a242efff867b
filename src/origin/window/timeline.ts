import type { Stamp } from '../store/stamp.ts';

/** Something at one position of a timeline. The links belong to the timeline that it is in. */
export interface Moment {
  readonly tt: Stamp;
  older?: this | undefined;
  newer?: this | undefined;
}

/** Moments in ascending order of their stamps, linked so that any of them can be taken out at once. */
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

  /** Adds a moment that is newer than all others. */
  push(moment: M): void {
    moment.older = this.#newest;
    moment.newer = undefined;
    if (this.#newest) this.#newest.newer = moment;
    else this.#oldest = moment;
    this.#newest = moment;
    this.#size++;
  }

  /** Takes out a moment that is in this timeline. */
  remove(moment: M): void {
    if (moment.older) moment.older.newer = moment.newer;
    else this.#oldest = moment.newer;
    if (moment.newer) moment.newer.older = moment.older;
    else this.#newest = moment.older;
    moment.older = undefined;
    moment.newer = undefined;
    this.#size--;
  }

  /** The moments after a position, newest first. */
  *after(position: Stamp): Generator<M> {
    for (let moment = this.#newest; moment && moment.tt > position; moment = moment.older) yield moment;
  }
}
