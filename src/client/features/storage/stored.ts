import { expected, numberAt, recordAt } from '../../wire/read.ts';

/** A switch as these services write it; nothing when it is absent. */
export function switchText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** A stored message; throws a `TypeError` for anything else. */
export function storedAt(item: unknown): Readonly<Record<string, unknown>> {
  const stored = recordAt(item);
  return Object.hasOwn(stored, 'message') ? stored : expected('a message');
}

/** A whole number that is exact; throws a `TypeError` for another value. */
export function wholeNumber(value: unknown): number {
  const number = numberAt(value);
  return Number.isSafeInteger(number) ? number : expected('a whole number');
}

/** The `meta` of a stored message. The services write an empty text where there is none. */
export function metaOf({ meta }: Readonly<Record<string, unknown>>): { readonly meta?: unknown } {
  return meta === undefined || meta === null || meta === '' ? {} : { meta };
}
