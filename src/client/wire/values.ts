/** `1` or `0`, as the wire writes switches; nothing when the parameter is absent. */
export function flagValue(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0';
}

/** The JSON text of a parameter; nothing when it is absent. */
export function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Names in a query value, joined by commas; nothing when there are none. */
export function joined(names: readonly string[] | undefined): string | undefined {
  return names?.length ? names.join(',') : undefined;
}

/** Names without doubles, in their order. */
export function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** Reads a cursor that was kept as text; nothing when it is none. */
export function parseCursor(
  value: unknown,
): { readonly timetoken: string; readonly region: number | undefined } | undefined {
  const [, region, timetoken] = (typeof value === 'string' && /^(\d{0,9}):(\d{1,19})$/.exec(value)) || [];
  return timetoken === undefined ? undefined : { timetoken, region: region ? Number(region) : undefined };
}

/** A cursor as text that can be kept and given to `withCursor()`. */
export function printCursor(cursor: {
  readonly timetoken: string;
  readonly region: number | undefined;
}): string {
  return `${cursor.region ?? ''}:${cursor.timetoken}`;
}
