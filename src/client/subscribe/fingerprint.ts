import { isRecord } from '../read.ts';

/**
 * A 53-bit fingerprint of a JSON value. Two values that differ have, for all practical purposes, different fingerprints;
 * the walk keeps its own stack, so that no depth of nesting exhausts the runtime's.
 */
export function fingerprint(value: unknown): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  const mix = (text: string) => {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x5bd1e995) + (low >>> 15);
    }
    high = Math.imul(high ^ text.length, 0x27d4eb2f);
  };
  // An object is told by its keys, and then its values follow in the same order: nothing has to close it.
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next === 'string') {
      mix('"');
      mix(next);
    } else if (Array.isArray(next)) {
      mix(`[${next.length}`);
      for (const entry of next) stack.push(entry);
    } else if (isRecord(next)) {
      mix('{');
      for (const key in next) {
        mix(key);
        stack.push(next[key]);
      }
      mix('}');
    } else {
      mix(String(next));
    }
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
