import { setImmediate } from 'node:timers';

// Requests that begin in one turn of the event loop: some milliseconds of work.
const SLICE = 64;

/**
 * Lets requests begin in later turns of the event loop, so many in each, and those of different owners in turn: nobody waits
 * long for one who sends many at once, and what was given up in the same packet never begins.
 */
export class StreamTurns<Owner extends object> {
  readonly #waiting = new Map<Owner, (() => boolean)[]>();
  #isDue = false;

  /** `begin` returns `false` if nothing was left to begin. Must not throw. */
  add(owner: Owner, begin: () => boolean): void {
    const waiting = this.#waiting.get(owner);
    if (waiting) waiting.push(begin);
    else this.#waiting.set(owner, [begin]);
    this.#wake();
  }

  /** Forgets what waits of an owner. */
  remove(owner: Owner): void {
    this.#waiting.delete(owner);
  }

  /** Begins all that waits, at once. */
  flush(): void {
    this.#run(Number.POSITIVE_INFINITY);
  }

  #wake(): void {
    if (this.#isDue || this.#waiting.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#run(SLICE);
      this.#wake();
    });
  }

  // The owners whose turn it was go to the end. Each list is short: a connection has few requests at a time.
  #run(slice: number): void {
    let left = slice;
    for (const [owner, waiting] of this.#waiting) {
      if (left <= 0) return;
      this.#waiting.delete(owner);
      const begin = waiting.shift();
      if (waiting.length > 0) this.#waiting.set(owner, waiting);
      if (begin?.()) left--;
    }
  }
}
