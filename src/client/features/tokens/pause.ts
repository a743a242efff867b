import type { Settings } from '../../config/options.ts';
import { backoff } from '../../runtime/backoff.ts';
import { chance } from '../../runtime/random.ts';

/** A growing pause between things that were done in vain, by a clock that does not jump. */
export class Pause {
  readonly #longest: number;
  readonly #around: Pick<Settings, 'clock' | 'random'>;
  #count = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** `longest` in milliseconds. */
  constructor(longest: number, around: Pick<Settings, 'clock' | 'random'>) {
    this.#longest = longest;
    this.#around = around;
  }

  /** Whether it is still too early to try again. */
  get holds(): boolean {
    return this.#around.clock.monotonic() < this.#until;
  }

  /** Begins, or begins anew and longer. */
  begin(): void {
    const { clock, random } = this.#around;
    const policy = {
      delay: (attempt: number) => 1_000 * 2 ** attempt,
      minimumDelay: 1_000,
      maximumDelay: this.#longest,
      longestRetryAfter: this.#longest,
    };
    this.#count++;
    this.#until = clock.monotonic() + backoff(policy, { attempt: this.#count, random: chance(random) });
  }

  /** Something has helped: the next pause is a short one again. */
  end(): void {
    this.#count = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
