/** Resolves in a later turn of the event loop, after the others that wait for theirs. */
export type NextTurn = () => Promise<void>;

/**
 * Counts units of work, and waits for the next turn after each slice of it, so that a long request delays others by
 * one slice at most.
 */
export class Turns {
  readonly #nextTurn: NextTurn;
  readonly #slice: number;
  #left: number;

  /** `slice` is the work of one turn, in the caller's units. */
  constructor(nextTurn: NextTurn, slice: number) {
    this.#nextTurn = nextTurn;
    this.#slice = slice;
    this.#left = slice;
  }

  /** Counts work that was done. `true` if the caller should `await` the next turn. */
  isOver(units: number): boolean {
    this.#left -= units;
    return this.#left <= 0;
  }

  /** Waits for the next turn. */
  async next(): Promise<void> {
    this.#left = this.#slice;
    await this.#nextTurn();
  }
}
