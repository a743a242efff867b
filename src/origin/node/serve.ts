import { createServer, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../protocol/clock.ts';
import { ASYNC_DISPOSE } from '../../protocol/disposal.ts';
import { type AllowOrigin, checkAllowOrigin } from '../http/cors.ts';
import { systemClock } from '../system.ts';
import type { ServedOrigin } from './exchange.ts';
import { resolveServeLimits, type ServeLimits } from './limits.ts';
import { Listener } from './listener.ts';

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
  /**
   * The web origins whose pages may call, as for `createOrigin`. Default: what `allowOrigin` of the origin says; if it was
   * not given, `['loopback']` on a loopback address, so that no page of the internet can publish to this machine, and else
   * `'*'`. The requests of other pages are refused with 403 before anything happens.
   */
  readonly allowOrigins?: AllowOrigin | undefined;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<ServeLimits> | undefined;
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

const MAX_HEADER_BYTES = 64 * 1024;
// For many clients that connect at once: with the default of 511, ten thousand need 14 seconds.
const BACKLOG = 4_096;
// Node compares the headers' deadline with the time so often.
const CHECK_MS = 5_000;
// From then on the system asks a silent peer, and ends the connection of one that is gone.
const KEEP_ALIVE_MS = 60_000;

// By the code of Node's error.
const REFUSALS: ReadonlyMap<string, readonly [status: number, reason: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Request Timeout']],
  ['HPE_HEADER_OVERFLOW', [414, 'Request URI Too Long']],
]);

/** Serves an origin over HTTP. Rejects when it cannot listen on the address, and on invalid limits and web origins. */
export async function serve(origin: ServedOrigin, options: ServeOptions = {}): Promise<OriginServer> {
  const { port = 0, host = '127.0.0.1', allowHosts = [], clock = systemClock } = options;
  const limits = resolveServeLimits(options.limits);
  checkAllowOrigin('allowOrigins', options.allowOrigins);
  const server = createServer(settingsOf(limits));
  server.maxConnections = limits.connections;
  const address = await listen(server, port, host);
  const isLocal = isLoopbackAddress(address.address);
  const listener = new Listener({
    origin,
    clock,
    limits,
    hosts: isLocal ? allowHosts : undefined,
    pages: options.allowOrigins ?? (isLocal && origin.allowOrigin === undefined ? ['loopback'] : undefined),
  });
  server.on('request', listener.listen);
  // Node's own refusal would not wait for its turn.
  server.on('checkExpectation', listener.listen);
  server.on('clientError', (error, socket) => refuse(listener, error, socket));
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shut(server, listener, { clock, limits });
    return closing;
  };
  return { url: `http://${name}:${address.port}`, port: address.port, close, [ASYNC_DISPOSE]: close };
}

function settingsOf({ headerSeconds, idleSeconds }: ServeLimits) {
  // Zero would be no deadline.
  const headersTimeout = Math.max(1, Math.ceil(headerSeconds * 1000));
  return {
    keepAliveTimeout: Math.max(1, Math.ceil(idleSeconds * 1000)),
    headersTimeout,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersTimeout),
    // A poll is held for minutes: only its headers and body have a deadline.
    requestTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node's own refusal would not wait for its turn.
    requireHostHeader: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  };
}

/** `true` for an address that only the same machine can reach. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
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

async function shut(
  server: Server,
  listener: Listener,
  { clock, limits }: { clock: Clock; limits: ServeLimits },
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  let timer: unknown;
  const timeout = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, limits.closeSeconds * 1000);
  });
  await Promise.race([listener.drain(), timeout]);
  clock.clearTimeout(timer);
  // Clients keep idle connections open.
  server.closeAllConnections();
  await closed;
}

// Called again for all that comes after the first error of a connection.
function refuse(listener: Listener, { code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  const [status, reason] = REFUSALS.get(code) ?? [400, 'Bad Request'];
  if (code === 'ECONNRESET' || !(socket instanceof Socket)) socket.destroy();
  else listener.refuse(socket, status, reason);
}
