/** Resolves in a later turn of the event loop, after the others that wait for theirs. */
export type NextTurn = () => Promise<void>;

/**
 * Counts units of work, and waits for the next turn after each slice of it, so that long work delays others by one slice
 * at most.
 */
export class Turns {
  readonly #nextTurn: NextTurn;
  readonly #slice: number;
  #left: number;
  #resetting = false;

  /** `slice` is the work of one turn, in the caller's units. */
  constructor(nextTurn: NextTurn, slice: number) {
    this.#nextTurn = nextTurn;
    this.#slice = slice;
    this.#left = slice;
  }

  /** Counts work that was done. `true` if the caller should `await` the next turn. */
  isOver(units: number): boolean {
    this.#left -= units;
    // Work of earlier turns does not count. Asked for only now, since most turns have little work.
    if (this.#left * 2 < this.#slice && !this.#resetting) this.#reset();
    return this.#left <= 0;
  }

  /** Waits for the next turn. */
  async next(): Promise<void> {
    await this.#nextTurn();
    this.#left = this.#slice;
  }

  #reset(): void {
    this.#resetting = true;
    const reset = () => {
      this.#resetting = false;
      this.#left = this.#slice;
    };
    this.#nextTurn().then(reset, reset);
  }
}
