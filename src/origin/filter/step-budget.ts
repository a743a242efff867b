/** A filter takes too long. */
export class OutOfSteps extends Error {
  override readonly name = 'OutOfSteps';

  constructor() {
    super('The filter takes too long.');
  }
}

// The part of a budget that one value may take, so that a single evaluation delays nobody for long.
const SHARE = 0.05;

/** The steps that the filter of one request may take for all values together, and for each of them. */
export class StepBudget {
  readonly #most: number;
  #spent = 0;
  /** The steps after which there are none left. */
  #last: number;
  #end: number;

  constructor(most: number) {
    this.#most = most;
    this.#last = most;
    this.#end = most;
  }

  /** All steps are there again. */
  renew(): void {
    this.#last = this.#spent + this.#most;
    this.#end = this.#last;
  }

  /** Steps that were taken. */
  get spent(): number {
    return this.#spent;
  }

  /** Counts steps. Throws `OutOfSteps` when there are none left. */
  readonly onStep = (steps = 1): void => {
    this.#spent += steps;
    if (this.#spent > this.#end) throw new OutOfSteps();
  };

  /** Runs the filter on one value; `undefined` if the steps do not suffice, unless it is the first: then it throws. */
  evaluate<T>(filter: () => T): T | undefined {
    return this.#within(this.#most * SHARE, filter);
  }

  /** Makes the filter ready, which may take all steps; `undefined` if there are too few left. */
  prepare<T>(make: () => T): T | undefined {
    return this.#within(this.#most, make);
  }

  #within<T>(share: number, work: () => T): T | undefined {
    const before = this.#spent;
    this.#end = Math.min(this.#last, before + share);
    try {
      return work();
    } catch (error) {
      // With a share of its own it was too much: it would be for the next poll too.
      if (!(error instanceof OutOfSteps) || this.#last - before >= share) throw error;
      return undefined;
    }
  }
}
