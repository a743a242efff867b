import { type Linked, LinkedList } from '../../protocol/linked-list.ts';
import type { Stamp } from './stamp.ts';

/** An item of a timeline. */
export interface Moment extends Linked {
  readonly tt: Stamp;
}

/** Items in ascending order of their stamps: each is newer than all others when it is added. */
export class Timeline<M extends Moment> extends LinkedList<M> {
  /** The items after a position, newest first. */
  *after(position: Stamp): Generator<M> {
    for (let moment = this.newest; moment && moment.tt > position; moment = moment.older) yield moment;
  }
}
