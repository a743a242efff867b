/** Values in their order, each with its size in bytes. Taken by moving an index: an array's shift() costs its length. */
export class Fifo<T> {
  #values: (T | undefined)[] = [];
  #sizes: number[] = [];
  #start = 0;
  #bytes = 0;

  /** How many there are. */
  get size(): number {
    return this.#values.length - this.#start;
  }

  /** How many bytes they have together. */
  get bytes(): number {
    return this.#bytes;
  }

  push(value: T, bytes: number): void {
    this.#values.push(value);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** Takes the oldest; there must be one. */
  shift(): T {
    const value = this.#values[this.#start] as T; // There is one, says the caller.
    this.#bytes -= this.#sizes[this.#start] ?? 0;
    // Not kept in memory until the array is cut.
    this.#values[this.#start] = undefined;
    this.#start++;
    if (this.#start > 64 && this.#start * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#start);
      this.#sizes = this.#sizes.slice(this.#start);
      this.#start = 0;
    }
    return value;
  }

  /** Takes all. */
  drain(): readonly T[] {
    const values = this.#values.slice(this.#start) as T[]; // What has not been taken is there.
    this.#values = [];
    this.#sizes = [];
    this.#start = 0;
    this.#bytes = 0;
    return values;
  }
}
