/** Scheme, host and port of an `origin` option, without a slash at the end; nothing where it is none. */
export function parseOrigin(origin: unknown, ssl: boolean): string | undefined {
  if (typeof origin !== 'string' || origin === '') return undefined;
  const address = /^https?:\/\//.test(origin) ? origin : `${ssl ? 'https' : 'http'}://${origin}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const bare =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  return bare ? url.origin : undefined;
}
