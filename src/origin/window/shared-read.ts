import type { Stamp } from '../store/stamp.ts';
import type { Collected } from './batch.ts';
import type { Subscription } from './subscription.ts';

// What is kept of those who have caught up, in all windows together.
const READS = 16;
const MAX_CHARACTERS = 65_536;

/** What was read for one subscriber, for others with the same subscription and no filter who would read the same. */
export class SharedRead {
  readonly collected: Collected;
  readonly #from: Stamp;
  readonly #upto: Stamp;

  /** What was read after the one position, up to the other. */
  constructor(collected: Collected, from: Stamp, upto: Stamp) {
    this.collected = collected;
    this.#from = from;
    this.#upto = upto;
  }

  /** `true` for a cursor after which the same entries come, if the newest is not newer than what was read. */
  serves(cursor: Stamp, newest: Stamp): boolean {
    if (newest > this.#upto) return false;
    if (cursor === this.#from) return true;
    const { first, batch } = this.collected;
    // A gap begins at the cursor, so that it is nobody else's.
    return batch.gaps.length === 0 && this.#from < cursor && first !== undefined && cursor < first;
  }
}

/** The last reads of those who have caught up, since clients that have lost their connections come back together. */
export class RecentReads {
  readonly #reads = new Map<Subscription, { readonly owner: object; readonly read: SharedRead }>();

  /** What the owner has read for a subscription. */
  get(subscription: Subscription, owner: object): SharedRead | undefined {
    const found = this.#reads.get(subscription);
    return found?.owner === owner ? found.read : undefined;
  }

  add(subscription: Subscription, owner: object, read: SharedRead): void {
    if (read.collected.characters > MAX_CHARACTERS) return;
    this.#reads.delete(subscription);
    this.#reads.set(subscription, { owner, read });
    const [oldest] = this.#reads.keys();
    if (this.#reads.size > READS && oldest) this.#reads.delete(oldest);
  }
}
