// Carries a fetch handler on `node:http`, and so on everything that stands on it: copy it into your program.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';

type Handler = (request: Request) => Response | Promise<Response>;

export function listener(handler: Handler) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse) {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { method = 'GET', url = '/', headers: received } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const { status, headers, body } = await handler(
    new Request(new URL(url, 'http://localhost'), {
      method,
      headers: Object.entries(received).map(([name, value]) => [name, String(value)] as [string, string]),
      signal: gone.signal,
      // The same streams: only their types differ between Node and the platform.
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
    }),
  );
  outgoing.writeHead(status, Object.fromEntries(headers));
  outgoing.flushHeaders();
  if (body) await pipeline(Readable.fromWeb(body as NodeStream), outgoing);
  else outgoing.end();
}
