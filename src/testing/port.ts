import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkOptions, type Kinds, kind, whole } from './given.ts';

/** Where to listen. */
export interface ListenOptions {
  /** `0` picks one that is free. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** A network on a port. */
export interface Port {
  /** `http://127.0.0.1:41207`, for the option `origin` of a client. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const LISTEN_OPTIONS: Kinds<ListenOptions> = {
  port: whole(0, 65_535),
  host: kind('a string that is not empty', (value) => typeof value === 'string' && value !== ''),
};

type Answer = (request: Request) => Promise<Response>;

/** Puts the network on a port. Rejects when the port is taken, and on options that cannot be. */
export async function listen(answer: Answer, options: ListenOptions | undefined): Promise<Port> {
  const { port = 0, host = '127.0.0.1' } = checkOptions('network.listen()', options, LISTEN_OPTIONS);
  const { createServer } = await import('node:http');
  const server = createServer((incoming, outgoing) => {
    serve(answer, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(answer: Answer, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const { method = 'GET', headers, url = '/' } = incoming;
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const request = new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    signal: gone.signal,
    ...(chunks.length > 0 && {
      body: await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer(),
    }),
  });
  const response = await answer(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) {
    outgoing.end();
    return;
  }
  for await (const part of response.body) outgoing.write(part);
  outgoing.end();
}
