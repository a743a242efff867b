import { createServer, type Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../protocol/clock.ts';
import { ASYNC_DISPOSE } from '../../protocol/disposal.ts';
import {
  ANYTHING,
  CLOCK,
  check,
  checkOptions,
  having,
  INSTANCE,
  type Kinds,
  listOf,
  OBJECT,
  STRING,
  whole,
} from '../checks.ts';
import { type AllowOrigin, checkAllowOrigin } from '../http/cors.ts';
import { type ServedMetrics, watchServer } from '../metrics/observer.ts';
import { systemClock } from '../system.ts';
import { type CloseOptions, Closing } from './closing.ts';
import type { ServedOrigin } from './exchange.ts';
import { serveHttp2 } from './http2-side.ts';
import { resolveServeLimits, type ServeLimits } from './limits.ts';
import { Listener } from './listener.ts';
import { OwnAnswers } from './own-answers.ts';
import { checkTls, secureServer, type TlsOptions } from './tls.ts';

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
  /** Listens with TLS, and serves HTTP/2 beside HTTP/1.1 on the same port. Default: without. */
  readonly tls?: TlsOptions | undefined;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<ServeLimits> | undefined;
  /**
   * Shows metrics at `/metrics`, for example those of `timetoken/origin/metrics`. Default: none. Whoever reaches the server
   * can read them: let the balancer block the path.
   */
  readonly metrics?: ServedMetrics | undefined;
  /** The clock for deadlines of sockets, which pass in real time, unlike the origin's clock. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** A running server. */
export interface OriginServer extends AsyncDisposable {
  /** `http://127.0.0.1:8090`, or with `https`; without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /**
   * Replaces the certificate and the key, for connections that begin from now on. Throws a `TypeError` if they cannot be used,
   * or if the server listens without TLS; then nothing changes.
   */
  setTls(tls: TlsOptions): void;
  /**
   * Drains if `drainSeconds` are given; then stops listening, answers parked polls, ends connections. May be called again.
   * The origin stays open. `await using` calls it.
   */
  close(options?: CloseOptions): Promise<void>;
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

const ORIGIN = having('an origin, as createOrigin() makes it', ['handle', 'bodyLimit']);
const OPTIONS: Kinds<ServeOptions> = Object.freeze({
  port: whole(0, 65_535),
  host: STRING,
  allowHosts: listOf(STRING),
  // Checked with what is in it.
  allowOrigins: ANYTHING,
  // As above.
  tls: ANYTHING,
  limits: OBJECT,
  metrics: INSTANCE,
  clock: CLOCK,
});

/** Serves an origin over HTTP. Rejects when it cannot listen on the address, and on unknown or invalid options. */
export async function serve(origin: ServedOrigin, options: ServeOptions = {}): Promise<OriginServer> {
  check('serve(): the first argument', origin, ORIGIN);
  checkOptions('serve()', options, OPTIONS);
  const { port = 0, host = '127.0.0.1', allowHosts = [], clock = systemClock } = options;
  const limits = resolveServeLimits(options.limits);
  // Node would listen on all addresses.
  if (host === '') throw new TypeError("host must not be empty: '0.0.0.0' stands for all addresses.");
  checkAllowOrigin('allowOrigins', options.allowOrigins);
  const { tls } = options;
  const settings = settingsOf(limits);
  const secure = tls && secureServer(tls, { ...settings, handshakeTimeout: settings.headersTimeout });
  const server = secure ?? createServer(settings);
  server.maxConnections = limits.connections;
  const address = await listen(server, port, host);
  const isLocal = isLoopbackAddress(address.address);
  const own = new OwnAnswers(options.metrics, clock);
  const listener = new Listener({
    origin,
    own,
    clock,
    limits,
    hosts: isLocal ? allowHosts : undefined,
    pages: options.allowOrigins ?? (isLocal && origin.allowOrigin === undefined ? ['loopback'] : undefined),
  });
  const http2 =
    secure && serveHttp2(secure, { limits, clock, headerBytes: MAX_HEADER_BYTES, listen: listener.listen });
  server.on('connection', listener.accepted);
  server.on('request', listener.listen);
  // Node's own refusal would not wait for its turn.
  server.on('checkExpectation', listener.listen);
  server.on('clientError', (error, socket) => refuse(listener, error, socket));
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const gauges = { connections: () => connectionsOf(server), isDraining: () => own.isDraining };
  const unwatch = options.metrics && watchServer(options.metrics, gauges);
  const closing = new Closing({ server, http2, listener, own, clock, limits, onClosed: () => unwatch?.() });
  return {
    url: `${secure ? 'https' : 'http'}://${name}:${address.port}`,
    port: address.port,
    setTls: (next) => replaceTls(secure, next),
    close: (closeOptions) => closing.close(closeOptions),
    [ASYNC_DISPOSE]: () => closing.close(),
  };
}

function connectionsOf(server: Server | SecureServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
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
    // Nobody waits for the end of a body that there is not. Node below 24.12 does not know this.
    optimizeEmptyRequests: true,
  };
}

/** `true` for an address that only the same machine can reach. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function listen(server: Server | SecureServer, port: number, host: string) {
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

function replaceTls(server: SecureServer | undefined, tls: TlsOptions): void {
  if (!server) throw new TypeError('The server listens without TLS: give tls to serve().');
  server.setSecureContext(checkTls(tls));
}

// Called again for all that comes after the first error of a connection.
function refuse(listener: Listener, { code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  const [status, reason] = REFUSALS.get(code) ?? [400, 'Bad Request'];
  if (code === 'ECONNRESET' || !(socket instanceof Socket)) socket.destroy();
  else listener.refuse(socket, status, reason);
}
