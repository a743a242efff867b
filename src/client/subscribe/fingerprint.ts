import { isRecord } from '../wire/read.ts';

/** The first word of each kind of value, so that no text can pass for a structure. */
const KIND = Object.freeze({ array: 1, object: 2, key: 3, string: 4, other: 5 });

/**
 * Makes 53-bit fingerprints of JSON values. Values that differ have, for all practical purposes, different ones; the seed is
 * the client's own, so that nobody can choose two that agree. The walk keeps its own stack: no depth of nesting exhausts
 * the runtime's.
 */
export class Fingerprints {
  readonly #seed: number;
  readonly #stack: unknown[] = [];
  // Both halves are kept as 32-bit integers: as doubles, each step would allocate.
  #high = 0;
  #low = 0;

  /** `seed` is a 32-bit integer. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The fingerprint of a payload with its `meta` and custom type. */
  of(payload: unknown, meta?: unknown, type?: unknown): number {
    this.#high = (0x9e3779b9 ^ this.#seed) | 0;
    this.#low = Math.imul(0x85ebca6b ^ this.#seed, 0xc2b2ae35);
    this.#take(payload);
    while (this.#stack.length > 0) this.#take(this.#stack.pop());
    // Most messages have neither.
    if (meta !== undefined || type !== undefined) {
      this.#take([meta, type]);
      while (this.#stack.length > 0) this.#take(this.#stack.pop());
    }
    return (this.#high >>> 0) * 2 ** 21 + (this.#low >>> 11);
  }

  #take(value: unknown): void {
    if (typeof value === 'string') {
      this.#add(KIND.string, value);
    } else if (Array.isArray(value)) {
      this.#mix(KIND.array, value.length);
      for (const entry of value) this.#stack.push(entry);
    } else if (isRecord(value)) {
      this.#takeObject(value);
    } else {
      this.#add(KIND.other, String(value));
    }
  }

  // An object is told by its keys and their number, and then its values follow in the same order: nothing has to close it.
  #takeObject(value: Readonly<Record<string, unknown>>): void {
    let count = 0;
    for (const key in value) {
      count++;
      this.#add(KIND.key, key);
      this.#stack.push(value[key]);
    }
    this.#mix(KIND.object, count);
  }

  // A kind of value, and a number that belongs to it.
  #mix(kind: number, count: number): void {
    const word = Math.imul(count, 8) + kind;
    this.#high = Math.imul(this.#high ^ word, 0x27d4eb2f);
    this.#low = (Math.imul(this.#low ^ word, 0x5bd1e995) + (this.#low >>> 15)) | 0;
  }

  // A text, by its length and then its characters.
  #add(kind: number, text: string): void {
    this.#mix(kind, text.length);
    let high = this.#high;
    let low = this.#low;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x01000193);
      low = (Math.imul(low ^ code, 0x5bd1e995) + (low >>> 15)) | 0;
    }
    this.#high = high;
    this.#low = low;
  }
}
