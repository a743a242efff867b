import type { PNMessageResult } from '../listeners/events.ts';
import { Fifo } from '../runtime/async-queue.ts';

/** What is held at most, for all subscriptions of a client together. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 2 * 1024 * 1024;

/** A message that the first who asks a subscription may get. */
export interface Waiting {
  readonly message: PNMessageResult;
  readonly id: number;
}

interface Held {
  readonly message: PNMessageResult;
  readonly bytes: number;
  /** The subscriptions that may ask for it. */
  readonly ids: readonly number[];
}

/**
 * Messages that came between `execute()` and the first who asks a subscription for them: its first iterator gets them,
 * its first listener ends the wait. They are held for all subscriptions together, the newest ones, so that a program which
 * never asks does not pay for it.
 */
export class Holding {
  readonly #waiting = new Set<number>();
  readonly #held = new Fifo<Held>();
  /** Of the newest message: most often the next one is for the same. */
  #ids: readonly number[] = [];

  /** Begins to hold messages for a subscription. */
  begin(id: number): void {
    this.#waiting.add(id);
  }

  /** Whether messages are held for a subscription. */
  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** Ends the wait of a subscription; returns what was held for it, in order. */
  take(id: number): readonly PNMessageResult[] {
    if (!this.#waiting.delete(id)) return [];
    const all = this.#held.drain();
    const taken = all.filter(({ ids }) => ids.includes(id));
    if (this.#waiting.size === 0) this.#ids = [];
    else for (const held of all) this.#held.push(held, held.bytes);
    return taken.map(({ message }) => message);
  }

  /** Holds an entry of so many bytes as each subscription was told of it: those that follow one another, most often alike. */
  holdAll(waiting: readonly Waiting[], bytes: number): void {
    for (let from = 0, to = 0; from < waiting.length; from = to) {
      const message = waiting[from]?.message;
      const ids: number[] = [];
      for (; to < waiting.length && waiting[to]?.message === message; to++) ids.push(waiting[to]?.id ?? 0);
      if (message) this.hold(message, ids, bytes);
    }
  }

  /** Holds a message of so many bytes for those of the subscriptions that still wait. */
  hold(message: PNMessageResult, ids: readonly number[], bytes: number): void {
    // One list for all: with many subscriptions, a list for each message would take more than the messages.
    if (!isSame(this.#ids, ids)) this.#ids = ids;
    this.#held.push({ message, bytes, ids: this.#ids }, bytes);
    while (this.#held.size > MOST_MESSAGES || this.#held.bytes > MOST_BYTES) this.#held.shift();
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
