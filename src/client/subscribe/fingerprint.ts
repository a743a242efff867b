import { isRecord } from '../read.ts';

/**
 * A 53-bit fingerprint of a JSON value. Two values that differ have, for all practical purposes, different fingerprints;
 * the walk keeps its own stack, so that no depth of nesting exhausts the runtime's.
 */
export function fingerprint(value: unknown): number {
  const hash = new Hash();
  const stack: unknown[] = [value];
  while (stack.length > 0) take(stack.pop(), hash, stack);
  return hash.value;
}

function take(value: unknown, hash: Hash, stack: unknown[]): void {
  if (Array.isArray(value)) {
    hash.add(`[${value.length}`);
    for (const entry of value) stack.push(entry);
  } else if (isRecord(value)) {
    // An object is told by its keys, and then its values follow in the same order: nothing has to close it.
    hash.add('{');
    for (const key in value) {
      hash.add(key);
      stack.push(value[key]);
    }
    hash.add('}');
  } else {
    hash.add(typeof value === 'string' ? '"' : '');
    hash.add(String(value));
  }
}

// Both halves are kept as 32-bit integers: as doubles, each step would allocate.
class Hash {
  #high = 0x9e3779b9 | 0;
  #low = 0x85ebca6b | 0;

  get value(): number {
    return (this.#high >>> 0) * 2 ** 21 + (this.#low >>> 11);
  }

  add(text: string): void {
    let high = this.#high;
    let low = this.#low;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x01000193);
      low = (Math.imul(low ^ code, 0x5bd1e995) + (low >>> 15)) | 0;
    }
    this.#high = Math.imul(high ^ text.length, 0x27d4eb2f);
    this.#low = low;
  }
}
