import type { Server } from 'node:https';
import { Http2Connections, type Http2Options } from './http2.ts';
import { divert, trackSockets } from './tls.ts';

/** What a server with TLS ends beside the connections of HTTP/1.1. */
export interface Http2Side {
  /** Takes no further requests over HTTP/2. */
  close(): void;
  /** Ends all connections, also those that have not agreed on a protocol yet. */
  end(): void;
}

/** Lets a server with TLS serve HTTP/2 too. */
export function serveHttp2(server: Server, options: Http2Options): Http2Side {
  const end = trackSockets(server);
  const connections = new Http2Connections(options);
  divert(server, (socket) => connections.accept(socket));
  return { close: () => connections.close(), end };
}
