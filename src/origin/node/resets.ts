// A request that has waited as long is a poll that its client needs no more, as when its user goes to another page.
const PARKED_MS = 250;
const PARKED_WEIGHT = 0.1;
// The part of the limit that is forgiven in each millisecond: a tenth in a second.
const FORGIVEN_PER_MS = 0.1 / 1000;

/** What a request counts that its client gave up after so many milliseconds. */
export function resetWeight(milliseconds: number): number {
  return milliseconds >= PARKED_MS ? PARKED_WEIGHT : 1;
}

/** The requests that clients gave up, which count less as time goes by. */
export class Resets {
  readonly #limit: number;
  #count = 0;
  #at = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts one at a time in milliseconds. */
  add(weight: number, now: number): void {
    const forgiven = (now - this.#at) * FORGIVEN_PER_MS * this.#limit;
    this.#count = weight + Math.max(0, this.#count - forgiven);
    this.#at = now;
  }

  get isExceeded(): boolean {
    return this.#count > this.#limit;
  }

  /** `true` with more than a fifth of the limit. */
  get isHigh(): boolean {
    return this.#count * 5 > this.#limit;
  }
}
