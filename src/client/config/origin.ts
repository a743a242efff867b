/** Scheme, host and port of an `origin` option, without a slash at the end; nothing where it is none. */
export function parseOrigin(origin: unknown, ssl: boolean): string | undefined {
  if (typeof origin !== 'string' || origin === '') return undefined;
  const address = /^https?:\/\//.test(origin) ? origin : `${ssl ? 'https' : 'http'}://${origin}`;
  if (!URL.canParse(address)) return undefined;
  // Whatever else an address says stands before or after its origin.
  const { href, origin: bare } = new URL(address);
  return href === `${bare}/` ? bare : undefined;
}
