import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../protocol/clock.ts';
import { ASYNC_DISPOSE } from '../../protocol/disposal.ts';
import { balancerRefusal } from '../http/answer.ts';
import { systemClock } from '../system.ts';
import { isLoopbackAddress, Listener, type ServedOrigin } from './listener.ts';

/** The options of a server. */
export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Address or name to listen on. Default `'127.0.0.1'`: this machine only. */
  readonly host?: string | undefined;
  /**
   * Further `Host` names that a server on a loopback address answers. Local names are always answered; others are
   * refused, so that no web page can reach the origin under a name of its own. `'*'` answers all.
   */
  readonly allowHosts?: readonly string[] | undefined;
  /** The clock for deadlines of sockets, which pass in real time, unlike the origin's clock. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** A running server. */
export interface OriginServer extends AsyncDisposable {
  /** `http://127.0.0.1:8090`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, answers parked polls, ends connections. May be called again. The origin stays open. `await using` calls it. */
  close(): Promise<void>;
}

// Longer than the pause of clients between two polls, so that polls reuse connections.
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 30_000;
const MAX_HEADER_BYTES = 64 * 1024;
// For many clients that connect at once: with the default of 511, ten thousand need 14 seconds.
const BACKLOG = 4_096;
const DRAIN_MS = 1_000;

/** Serves an origin over HTTP. Rejects when it cannot listen on the address. */
export async function serve(origin: ServedOrigin, options: ServeOptions = {}): Promise<OriginServer> {
  const { port = 0, host = '127.0.0.1', allowHosts = [], clock = systemClock } = options;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    // A poll is held for minutes: only its headers and body have a deadline.
    requestTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  });
  const address = await listen(server, port, host);
  const hosts = isLoopbackAddress(address.address) ? allowHosts : undefined;
  const listener = new Listener({ origin, clock, hosts });
  server.on('request', listener.listen);
  server.on('clientError', refuseMalformed);
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shut(server, listener, clock);
    return closing;
  };
  return { url: `http://${name}:${address.port}`, port: address.port, close, [ASYNC_DISPOSE]: close };
}

function listen(server: Server, port: number, host: string) {
  return new Promise<{ address: string; family: string; port: number }>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address);
      else reject(new Error('The server has no address.'));
    });
  });
}

async function shut(server: Server, listener: Listener, clock: Clock): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  let timer: unknown;
  const timeout = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([listener.drain(), timeout]);
  clock.clearTimeout(timer);
  // Clients keep idle connections open.
  server.closeAllConnections();
  await closed;
}

// Bytes that are not HTTP never become a request, so the answer is written by hand.
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const [status, reason] = tooLong ? [414, 'Request URI Too Long'] : [400, 'Bad Request'];
  const { answer } = balancerRefusal(status, reason);
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    `content-type: ${answer.contentType}`,
    `content-length: ${Buffer.byteLength(answer.body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${answer.body}`);
}
