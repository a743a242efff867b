import { ASYNC_DISPOSE } from '../../protocol/disposal.ts';

/** Gets the next value, or `undefined` when there is none. After the abort, its outcome is ignored. */
export type Pull<T> = (signal: AbortSignal) => Promise<T | undefined>;

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, void>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE = Object.freeze({ value: undefined, done: true } as const);

/**
 * Values that are pulled one at a time, as they are asked for. Unlike a generator it can be left at any moment:
 * `return()` and `throw()` settle at once, and end the pull under way; waiting readers get the end.
 */
export class PullIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #pull: Pull<T>;
  readonly #leaving = new AbortController();
  readonly #readers: Reader<T>[] = [];
  #pulling = false;
  #ended = false;

  constructor(pull: Pull<T>) {
    this.#pull = pull;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#ended) return Promise.resolve({ ...DONE });
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      if (!this.#pulling) void this.#serve();
    });
  }

  async return(value?: PromiseLike<void> | void): Promise<IteratorResult<T, void>> {
    this.#end();
    await value;
    return { ...DONE };
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    this.#end();
  }

  /** Never rejects: a waiting reader gets the failure; after the end it is ignored. */
  async #serve(): Promise<void> {
    this.#pulling = true;
    while (!this.#ended && this.#readers.length > 0) {
      try {
        const value = await this.#pull(this.#leaving.signal);
        if (value === undefined) this.#end();
        else this.#readers.shift()?.resolve({ value, done: false });
      } catch (error) {
        this.#readers.shift()?.reject(error);
        this.#end();
      }
    }
    this.#pulling = false;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { resolve } of this.#readers.splice(0)) resolve({ ...DONE });
    this.#leaving.abort();
  }
}
