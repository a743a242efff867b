import type { Demand } from './demand.ts';
import type { LiveSubscription } from './live-subscription.ts';

/**
 * Pieces of delivery, done one after the other and each whole: none begins while a reader with a full buffer asks to wait,
 * nor within another one, whatever a listener calls back.
 */
export class DeliveryQueue {
  readonly #demand: Demand;
  readonly #onWait: (slow: LiveSubscription | undefined) => void;
  readonly #work: (() => void)[] = [];
  #isBusy = false;
  #isClosed = false;

  /** `onWait` is told whose reader is waited for, or that nobody is. */
  constructor(demand: Demand, onWait: (slow: LiveSubscription | undefined) => void) {
    this.#demand = demand;
    this.#onWait = onWait;
  }

  /** Whether nothing more is done. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a piece, and does what can be done. */
  add(work: () => void): void {
    if (this.#isClosed) return;
    this.#work.push(work);
    this.pump();
  }

  /** Does what can be done. */
  pump(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) next();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Drops what is left; nothing is added any more. */
  close(): void {
    this.#isClosed = true;
    this.#work.length = 0;
  }

  #next(): (() => void) | undefined {
    if (this.#work.length === 0) return undefined;
    const slow = this.#slowReader();
    this.#onWait(slow);
    return slow ? undefined : this.#work.shift();
  }

  #slowReader(): LiveSubscription | undefined {
    for (const subscription of this.#demand.subscriptions) if (subscription.full) return subscription;
    return undefined;
  }
}
