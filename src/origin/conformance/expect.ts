const LONGEST = 2_000;

/** Throws unless it is so. */
export function isTrue(holds: boolean, expected: string): asserts holds {
  if (!holds) throw new Error(`Expected ${expected}.`);
}

/** Throws unless the two are equal. A property that is `undefined` is as one that is absent. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [came, wanted] = [print(actual), print(expected)];
  if (came !== wanted) throw new Error(`${what}: expected ${cut(wanted)}, got ${cut(came)}.`);
}

/** Throws unless the actual object has the properties of the expected one. */
export function has(actual: object | undefined, expected: object, what: string): void {
  const names = new Set(Object.keys(expected));
  const part = Object.fromEntries(Object.entries(actual ?? {}).filter(([name]) => names.has(name)));
  equal(actual && part, expected, what);
}

/** The value, which must be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Expected ${what}, got nothing.`);
  return value;
}

/** The result of a change that is not refused. */
export function accepted<T extends object>(result: T | string, what: string): T {
  if (typeof result === 'string') throw new Error(`Expected ${what} to be accepted, got ${print(result)}.`);
  return result;
}

/** Text that is equal for equal values. */
export function print(value: unknown, within: readonly object[] = []): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  if (within.includes(value)) return '(itself)';
  const inner = (part: unknown): string => print(part, [...within, value]);
  if (value instanceof Map) return `Map ${inner([...value])}`;
  if (value instanceof Set) return `Set ${inner([...value].map(inner).sort())}`;
  if (value instanceof Uint8Array) return `bytes ${inner([...value])}`;
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => `${JSON.stringify(name)}: ${inner(part)}`);
  return `{${parts.sort().join(', ')}}`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
