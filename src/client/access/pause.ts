import { backoff } from '../runtime/backoff.ts';

/** A growing pause between things that were done in vain. */
export class Pause {
  readonly #longest: number;
  readonly #random: () => number;
  #count = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(longest: number, random: () => number) {
    this.#longest = longest;
    this.#random = random;
  }

  /** Whether it is still too early to try again. */
  holds(now: number): boolean {
    return now < this.#until;
  }

  /** Begins, or begins anew and longer. */
  begin(now: number): void {
    const policy = {
      delay: (attempt: number) => 1_000 * 2 ** attempt,
      minimumDelay: 1_000,
      maximumDelay: this.#longest,
      maximumRetries: Number.POSITIVE_INFINITY,
    };
    this.#count++;
    this.#until = now + backoff(policy, { attempt: this.#count, random: this.#random() });
  }

  /** Something has helped: the next pause is a short one again. */
  end(): void {
    this.#count = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
