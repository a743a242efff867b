import type { PNMessageResult } from '../listeners/events.ts';
import { Fifo } from '../runtime/async-queue.ts';

/** Limits for all subscriptions of a client together. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 2 * 1024 * 1024;

interface Held {
  readonly message: PNMessageResult;
  readonly bytes: number;
  /** Ids of the subscriptions whose first reader gets it. */
  readonly ids: readonly number[];
}

/**
 * Messages that arrive between `execute()` and the first reader of a subscription: the first iterator gets them, and the
 * first listener ends the holding. One bounded buffer of the newest messages serves all subscriptions.
 */
export class Holding {
  readonly #waiting = new Set<number>();
  readonly #held = new Fifo<Held>();
  /** The ids of the newest message; the next message most often has the same. */
  #ids: readonly number[] = [];

  /** Begins to hold messages for a subscription. */
  begin(id: number): void {
    this.#waiting.add(id);
  }

  /** Whether messages are held for a subscription. */
  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** Ends the holding for a subscription; returns its messages in order. */
  take(id: number): readonly PNMessageResult[] {
    if (!this.#waiting.delete(id)) return [];
    const all = this.#held.drain();
    const taken = all.filter(({ ids }) => ids.includes(id));
    if (this.#waiting.size === 0) this.#ids = [];
    else for (const held of all) this.#held.push(held, held.bytes);
    return taken.map(({ message }) => message);
  }

  /** Holds a message for subscriptions without a reader. */
  hold(message: PNMessageResult, ids: readonly number[], bytes: number): void {
    // Messages share one list: with many subscriptions, the lists would take more memory than the messages.
    if (!isSame(this.#ids, ids)) this.#ids = ids;
    this.#held.push({ message, bytes, ids: this.#ids }, bytes);
    while (this.#held.size > MOST_MESSAGES || this.#held.bytes > MOST_BYTES) this.#held.shift();
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
