/** `1` or `0`, as the wire writes switches; `undefined` if absent. */
export function flagValue(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0';
}

/** The JSON text of a parameter; `undefined` if absent. */
export function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Names in a query value, joined by commas; `undefined` if there are none. */
export function joined(names: readonly string[] | undefined): string | undefined {
  return names?.length ? names.join(',') : undefined;
}

/** Names without duplicates, in their order. */
export function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** Reads a cursor from its text; `undefined` if it is not one. */
export function parseCursor(
  value: unknown,
): { readonly timetoken: string; readonly region: number | undefined } | undefined {
  const [, region, timetoken] = (typeof value === 'string' && /^(\d{0,9}):(\d{1,19})$/.exec(value)) || [];
  return timetoken === undefined ? undefined : { timetoken, region: region ? Number(region) : undefined };
}

/** A cursor as text, which `withCursor()` takes. */
export function printCursor(cursor: {
  readonly timetoken: string;
  readonly region: number | undefined;
}): string {
  return `${cursor.region ?? ''}:${cursor.timetoken}`;
}
