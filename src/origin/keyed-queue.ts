/**
 * Runs tasks of one key one after the other, in the order of the calls, and tasks of different keys beside each other. It
 * spares tasks the conflicts that they would have with each other; with those of other processes they still have them.
 */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** The keys with tasks. */
  get size(): number {
    return this.#last.size;
  }

  /** A task that fails does not stop the next. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(task);
    const settled = result.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
