import type { Check } from '../../endpoint.ts';

/** A number of messages: from one on. More than a page can hold is taken down to what it can. */
export const checkAmount: Check = (value) =>
  Number.isInteger(value) && Number(value) > 0 ? undefined : 'must be a whole number, one or more';

/** A switch as these services write it; nothing when it is absent. */
export function switchText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The `meta` of a stored message. The services write an empty text where there is none. */
export function metaOf({ meta }: Readonly<Record<string, unknown>>): { readonly meta?: unknown } {
  return meta === undefined || meta === null || meta === '' ? {} : { meta };
}
