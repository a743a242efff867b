import type { Incoming } from './message.ts';

const AUTHORITY = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i;
const HOST = 'host';

/**
 * A header by its lower-case name, read from the list as it came: Node would make an object of all headers, and keep it
 * for as long as the request is parked.
 */
export function headerOf(request: Incoming, name: string): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    // Node knows which of several counts, and which are joined.
    if (found !== undefined) return textOf(request.headers[name]);
    found = rawHeaders[index + 1];
  }
  return found;
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}

/**
 * The host that a request is for; `undefined` if it names none, `null` if it names several, of which a proxy in front could
 * have checked another one.
 */
export function hostOf({ rawHeaders, url = '/' }: Incoming): string | undefined | null {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length !== HOST.length || given.toLowerCase() !== HOST) continue;
    if (found !== undefined) return null;
    found = rawHeaders[index + 1];
  }
  return found === undefined || url.startsWith('/') || isFor(found, url) ? found : null;
}

// A target may be a whole URL.
function isFor(host: string, url: string): boolean {
  const [, scheme = '', authority] = AUTHORITY.exec(url) ?? [];
  if (authority === undefined) return true;
  const port = scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/;
  return host.toLowerCase().replace(port, '') === authority.toLowerCase().replace(port, '');
}
