import { ASYNC_DISPOSE } from '../../protocol/disposal.ts';
import { checkAmount, must, optional } from '../builder/params.ts';
import type { OptionTable } from '../builder/read-options.ts';
import { PubNubError } from '../errors/pubnub-error.ts';

interface Entry<T> {
  readonly value: T;
  readonly bytes: number;
}

/** A queue of values with their sizes in bytes. It moves an index: the cost of an array's shift() grows with its length. */
export class Fifo<T> {
  #entries: (Entry<T> | undefined)[] = [];
  #start = 0;
  #bytes = 0;

  /** Number of values. */
  get size(): number {
    return this.#entries.length - this.#start;
  }

  /** Their total size in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  push(value: T, bytes: number): void {
    this.#entries.push({ value, bytes });
    this.#bytes += bytes;
  }

  /** Takes the oldest; there must be one. */
  shift(): T {
    const { value, bytes } = this.#entries[this.#start] as Entry<T>; // There is one, says the caller.
    this.#bytes -= bytes;
    // Released before the array is cut.
    this.#entries[this.#start++] = undefined;
    if (this.#start > 64 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
    return value;
  }

  /** Takes all. */
  drain(): readonly T[] {
    const values = this.#entries.flatMap((entry) => (entry ? [entry.value] : []));
    this.#entries = [];
    this.#start = 0;
    this.#bytes = 0;
    return values;
  }
}

const OVERFLOWS = Object.freeze(['pause', 'drop-oldest', 'drop-newest', 'error'] as const);

/**
 * The behaviour of a full queue: it pauses the source, drops its oldest value, drops newer values, or ends with an error
 * once its values have been read.
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

/** The default of `maxBytes`. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Further options of a queue. */
export interface QueueOptions<T> {
  /** Called with each value that goes to a reader. */
  readonly onTake?: (value: T) => void;
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
export class AsyncQueue<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #limit: number;
  readonly #overflow: Overflow;
  readonly #options: QueueOptions<T>;
  readonly #maxBytes: number;
  readonly #waiting: Reader<T>[] = [];
  readonly #values = new Fifo<T>();
  #ended = false;
  #failure: Error | undefined;
  #fullSince: number | undefined;

  constructor(limit: number, overflow: Overflow, options: QueueOptions<T> = {}) {
    this.#limit = limit;
    this.#overflow = overflow;
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MOST_BYTES;
  }

  /** The number of values that wait. */
  get size(): number {
    return this.#values.size;
  }

  /** `true` if no more values come; some may still wait to be read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** `true` if the source should pause. */
  get full(): boolean {
    const { size, bytes } = this.#values;
    const isFull = size >= this.#limit || bytes >= this.#maxBytes;
    return this.#overflow === 'pause' && !this.#ended && isFull;
  }

  /** The time, in the milliseconds of `now`, since which the source has paused and nothing was read. */
  get fullSince(): number | undefined {
    return this.full ? this.#fullSince : undefined;
  }

  /** Adds a value and its size in bytes. Does nothing once the queue has ended. */
  push(value: T, bytes = 0): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) {
      this.#options.onTake?.(value);
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

  /** Takes all values. */
  drain(): readonly T[] {
    this.#fullSince = undefined;
    return this.#values.drain();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.size > 0) return Promise.resolve({ value: this.#take(), done: false });
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) return Promise.reject(failure);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Called when a `for await` is left: the values in the queue are dropped. */
  return(): Promise<IteratorResult<T>> {
    this.drain();
    this.#failure = undefined;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    await this.return();
  }

  #take(): T {
    const wasFull = this.full;
    const value = this.#values.shift();
    this.#fullSince = this.full ? this.#options.now?.() : undefined;
    this.#options.onTake?.(value);
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

  // A value larger than the limit fits into an empty queue.
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
