import { PubNubError } from '../errors/pubnub-error.ts';

/** What a full queue does: holds the source up, or forgets its oldest value. */
export type Overflow = 'pause' | 'drop-oldest';

/** A bounded queue whose reader waits for values: the iterator behind `messages()`. */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #limit: number;
  readonly #overflow: Overflow;
  readonly #onChange: (() => void) | undefined;
  readonly #waiting: ((result: IteratorResult<T>) => void)[] = [];
  #values: T[] = [];
  #start = 0;
  #ended = false;

  /** `onChange` is called when the queue has room again and when it has ended. */
  constructor(limit: number, overflow: Overflow, onChange?: () => void) {
    if (!(limit >= 1)) throw new PubNubError('PN-1002', 'messages(): buffer must be at least 1.');
    this.#limit = limit;
    this.#overflow = overflow;
    this.#onChange = onChange;
  }

  /** Values that nobody has taken yet. */
  get size(): number {
    return this.#values.length - this.#start;
  }

  /** Whether no more values come; some may still wait to be read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the source should wait. */
  get full(): boolean {
    return this.#overflow === 'pause' && !this.#ended && this.size >= this.#limit;
  }

  /** Adds a value; nothing happens once the queue has ended. */
  push(value: T): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) {
      reader({ value, done: false });
      return;
    }
    this.#values.push(value);
    if (this.#overflow === 'drop-oldest' && this.size > this.#limit) this.#take();
  }

  /** Ends the queue: readers get what is left, then the end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader({ value: undefined, done: true });
    this.#onChange?.();
  }

  /** Takes all that waits. */
  drain(): readonly T[] {
    const values = this.#values.slice(this.#start);
    this.#values = [];
    this.#start = 0;
    return values;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.size > 0) {
      const wasFull = this.full;
      const value = this.#take();
      if (wasFull && !this.full) this.#onChange?.();
      return Promise.resolve({ value, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Called when a `for await` is left: what is still in the queue is forgotten. */
  return(): Promise<IteratorResult<T>> {
    this.drain();
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // Values are taken from the front by moving an index: an array's shift() costs its length.
  #take(): T {
    const value = this.#values[this.#start] as T; // size > 0 was checked by the caller.
    this.#start++;
    if (this.#start > 64 && this.#start * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#start);
      this.#start = 0;
    }
    return value;
  }
}
