import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Answers one request of a test's server. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A `node:http` server on the loopback, with its sockets in view. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Listens; port 0 is any free one. */
export async function listen(handler: Handler, { port = 0, host = '127.0.0.1' } = {}): Promise<TestServer> {
  const server = createServer({ maxHeaderSize: 65_536 }, handler);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  // A server that listens on a TCP port has such an address.
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    sockets,
    get connections() {
      return connections;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      if (server.listening || sockets.size > 0) await once(server, 'close');
    },
  };
}

/** Puts a fetch handler behind a `node:http` server: what a client hangs up on is aborted. */
export function handlerOf(fetch: (request: Request) => Promise<Response>): Handler {
  return (incoming, outgoing) => {
    const controller = new AbortController();
    outgoing.on('close', () => controller.abort());
    const { method = 'GET', url = '/' } = incoming;
    const request = new Request(`http://${incoming.headers.host}${url}`, {
      method,
      signal: controller.signal,
    });
    fetch(request).then(
      async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(await response.text());
      },
      () => outgoing.destroy(),
    );
  };
}
