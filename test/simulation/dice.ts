import { SeededRandom } from '../../src/testing/random.ts';

/** Choices that a seed makes. */
export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    // Seeds that are close to each other begin alike.
    for (let count = 0; count < 4; count++) this.#random.next();
  }

  /** A number in [0, 1). Bound: it can be passed on as it is. */
  readonly next = (): number => this.#random.next();

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.int(0, values.length - 1)] ?? values[0];
  }

  /** Some of the values, in their order: at least `least`, at most `most`. */
  some<T>(values: readonly T[], least: number, most: number): readonly T[] {
    const count = Math.min(values.length, this.int(least, most));
    const left = [...values];
    while (left.length > count) left.splice(this.int(0, left.length - 1), 1);
    return left;
  }

  /** One of the values, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.next() * total;
    for (const [weight, value] of choices) {
      rest -= weight;
      if (rest < 0) return value;
    }
    throw new RangeError('Nothing to choose from.');
  }
}
