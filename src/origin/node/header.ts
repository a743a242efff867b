import type { IncomingMessage } from 'node:http';

/**
 * A header by its lower-case name, read from the list as it came: Node would make an object of all headers, and keep it
 * for as long as the request is parked.
 */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
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
