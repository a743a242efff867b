/**
 * A 64-bit fingerprint of a JSON value, as text. Two values that differ have, for all practical purposes, different
 * fingerprints; the walk keeps its own stack, so that no depth of nesting exhausts the runtime's.
 */
export function fingerprint(value: unknown): string {
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
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next !== 'object' || next === null) {
      mix(typeof next === 'string' ? `"${next}` : String(next));
      continue;
    }
    mix(Array.isArray(next) ? '[' : '{');
    for (const [key, entry] of Object.entries(next)) stack.push(entry, `${key}:`);
    stack.push('}');
  }
  return `${(high >>> 0).toString(36)}${(low >>> 0).toString(36)}`;
}
