import { checkOptions } from '../builder/check-options.ts';
import { checkAmount, must, optional } from '../builder/params.ts';
import type { OptionTable } from '../builder/read-options.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { Fifo } from './fifo.ts';

const OVERFLOWS = Object.freeze(['pause', 'drop-oldest', 'drop-newest', 'error'] as const);

/**
 * What a full queue does: holds the source up, forgets its oldest value, takes no newer one, or ends with an error once
 * what it has was read.
 */
export type Overflow = (typeof OVERFLOWS)[number];

/** Options of `messages()`. */
export const MESSAGES_OPTIONS: OptionTable<{ readonly buffer?: number; readonly overflow?: Overflow }> =
  Object.freeze({
    buffer: optional(
      must(
        'be a whole number, one or more, or Infinity',
        (value) => value === Number.POSITIVE_INFINITY || checkAmount(value) === undefined,
      ),
    ),
    overflow: optional(
      must(`be one of ${OVERFLOWS.join(', ')}`, (value) => OVERFLOWS.some((each) => each === value)),
    ),
  });

/** How many bytes may wait, where their number is told. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What a queue may be told beyond its limit. */
export interface QueueOptions {
  /** Called when the queue has room again and when it has ended. */
  readonly onChange?: () => void;
  /** Bytes that may wait; a larger value is taken when nothing else waits. @default 16 MiB */
  readonly maxBytes?: number;
  /** Monotonic milliseconds, for `fullSince`. */
  readonly now?: () => number;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: Error) => void;
}

/** A bounded queue whose reader waits for values: the iterator behind `messages()`. */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #limit: number;
  readonly #overflow: Overflow;
  readonly #options: QueueOptions;
  readonly #maxBytes: number;
  readonly #waiting: Reader<T>[] = [];
  readonly #values = new Fifo<T>();
  #ended = false;
  #failure: Error | undefined;
  #fullSince: number | undefined;

  /** Throws `PN-1002` for a limit or overflow that cannot be. */
  constructor(limit: number, overflow: Overflow, options: QueueOptions = {}) {
    checkOptions('messages', { buffer: limit, overflow }, MESSAGES_OPTIONS);
    this.#limit = limit;
    this.#overflow = overflow;
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MOST_BYTES;
  }

  /** Values that nobody has taken yet. */
  get size(): number {
    return this.#values.size;
  }

  /** Whether no more values come; some may still wait to be read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the source should wait. */
  get full(): boolean {
    const { size, bytes } = this.#values;
    const isFull = size >= this.#limit || bytes >= this.#maxBytes;
    return this.#overflow === 'pause' && !this.#ended && isFull;
  }

  /** Since when the source has had to wait without anything being read, in the milliseconds of `now`. */
  get fullSince(): number | undefined {
    return this.full ? this.#fullSince : undefined;
  }

  /** Adds a value, of so many bytes where they are to be bounded; nothing happens once the queue has ended. */
  push(value: T, bytes = 0): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) {
      reader.resolve({ value, done: false });
      return;
    }
    const overflow = this.#overflow;
    if (overflow === 'drop-oldest') while (!this.#fits(bytes)) this.#values.shift();
    if (overflow === 'drop-newest' && !this.#fits(bytes)) return;
    if (overflow === 'error' && !this.#fits(bytes)) this.fail(this.#tooSlow());
    else this.#values.push(value, bytes);
    if (this.full) this.#fullSince ??= this.#options.now?.();
  }

  /** Ends the queue: readers get what is left, then the end. */
  end(): void {
    this.#finish();
  }

  /** Ends the queue: readers get what is left, then one gets the error, and those after it the end. */
  fail(error: Error): void {
    if (!this.#ended) this.#finish(error);
  }

  /** Takes all that waits. */
  drain(): readonly T[] {
    this.#fullSince = undefined;
    return this.#values.drain();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.size > 0) return Promise.resolve({ value: this.#take(), done: false });
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Called when a `for await` is left: what is still in the queue is forgotten. */
  return(): Promise<IteratorResult<T>> {
    this.drain();
    this.#failure = undefined;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): T {
    const wasFull = this.full;
    const value = this.#values.shift();
    this.#fullSince = this.full ? this.#options.now?.() : undefined;
    if (wasFull && !this.full) this.#options.onChange?.();
    return value;
  }

  #finish(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    const [first, ...others] = this.#waiting.splice(0);
    if (!first) this.#failure = error;
    else if (error) first.reject(error);
    else first.resolve({ value: undefined, done: true });
    for (const reader of others) reader.resolve({ value: undefined, done: true });
    this.#options.onChange?.();
  }

  // One value fits always: a bound in bytes must not keep it out for ever.
  #fits(bytes: number): boolean {
    const waiting = this.#values;
    return waiting.size === 0 || (waiting.size < this.#limit && waiting.bytes + bytes <= this.#maxBytes);
  }

  #tooSlow(): PubNubError {
    const { size, bytes } = this.#values;
    const said = bytes > 0 ? `${size} messages, of ${bytes} bytes,` : `${size} messages`;
    return new PubNubError('PN-2007', `messages(): the reader was too slow: ${said} waited to be read.`);
  }
}
