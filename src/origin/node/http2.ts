import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { steadyNow } from '../steady-time.ts';
import { FairTurns } from './fair-turns.ts';
import { StreamRequest, StreamResponse } from './http2-messages.ts';
import { Budget, type ServeLimits } from './limits.ts';
import type { Incoming, Outgoing } from './message.ts';
import { Resets, resetWeight } from './resets.ts';

// Megabytes of one connection beyond which it gets no further streams: what waits to be sent, and tables of headers.
const SESSION_MEMORY = 8;
// Frames that are not valid, and streams beyond the limits, after which a connection is ended.
const INVALID_FRAMES = 100;

/** The parts of the HTTP/2 connections of one server. */
export interface Http2Options {
  readonly limits: ServeLimits;
  readonly clock: Clock;
  /** Longest header list of a request, in bytes. */
  readonly headerBytes: number;
  /** Answers a request. Never throws. */
  listen(request: Incoming, response: Outgoing): void;
}

/** One connection, and what its requests under way hold. */
interface Connection {
  readonly session: ServerHttp2Session;
  streams: number;
  bytes: number;
  /** Requests that the client gave up. */
  readonly resets: Resets;
  /** Ends it while no request is under way. */
  timer: TimerHandle | undefined;
}

/** The HTTP/2 connections of one server. Their requests run side by side, each on a stream of its own. */
export class Http2Connections {
  readonly #options: Http2Options;
  readonly #connections = new Set<Connection>();
  readonly #streams: Budget;
  readonly #bytes: Budget;
  /** Requests that the clients of all connections gave up. */
  readonly #resets: Resets;
  readonly #turns: FairTurns<Connection>;
  #closing = false;

  constructor(options: Http2Options) {
    this.#options = options;
    this.#turns = new FairTurns(options);
    this.#streams = new Budget(options.limits.totalStreams);
    this.#bytes = new Budget(options.limits.totalStreamBytes);
    this.#resets = new Resets(options.limits.totalResets);
  }

  /** Takes a connection over whose client speaks HTTP/2. */
  accept(socket: TLSSocket): void {
    const { limits, headerBytes } = this.#options;
    const session = performServerHandshake(socket, {
      maxSessionMemory: SESSION_MEMORY,
      maxSessionInvalidFrames: INVALID_FRAMES,
      maxSessionRejectedStreams: INVALID_FRAMES,
      settings: {
        maxConcurrentStreams: limits.streams,
        maxHeaderListSize: headerBytes,
        enableConnectProtocol: false,
      },
    });
    const resets = new Resets(limits.resets);
    const connection: Connection = { session, streams: 0, bytes: 0, resets, timer: undefined };
    this.#connections.add(connection);
    session.on('stream', (...[stream, , , raw]) => this.#begin(connection, stream, raw));
    // A client that breaks the rules of the protocol, or hangs up: the connection ends.
    session.on('error', () => session.destroy());
    session.once('close', () => this.#left(connection));
    socket.on('error', () => session.destroy());
    this.#wait(connection, limits.headerSeconds);
    if (this.#closing) session.close();
  }

  /** Takes no further requests; each connection ends with its last answer. */
  close(): void {
    this.#closing = true;
    // They are requests under way, which are answered before the end.
    this.#turns.flush();
    for (const { session } of this.#connections) session.close();
  }

  /** Ends all connections. */
  destroy(): void {
    for (const { session } of this.#connections) session.destroy();
  }

  #begin(connection: Connection, stream: ServerHttp2Stream, raw: readonly string[]): void {
    // Resets and failures of a stream concern nobody else; its end is told by `close`.
    stream.on('error', () => undefined);
    const bytes = raw.reduce((sum, text) => sum + text.length, 0);
    // The client has given it up already.
    if (stream.destroyed || stream.aborted) return void this.#countReset(connection, 0);
    this.#count(connection, 1, bytes);
    if (this.#isExceededBy(connection)) {
      this.#count(connection, -1, -bytes);
      // The client may send it again, also to another server.
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const since = steadyNow(this.#options.clock);
    stream.once('close', () => {
      this.#count(connection, -1, -bytes);
      // It may have had its answer, which nobody took.
      if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR)
        this.#countReset(connection, steadyNow(this.#options.clock) - since);
    });
    if (this.#closing) this.#listen(stream, raw);
    else this.#turns.add(connection, { begin: () => this.#listen(stream, raw) });
  }

  #listen(stream: ServerHttp2Stream, raw: readonly string[]): boolean {
    if (stream.destroyed || stream.closed) return false;
    const request = new StreamRequest(stream, raw);
    if (request.hasBody && request.headers['expect'] === '100-continue')
      stream.additionalHeaders({ ':status': 100 });
    this.#options.listen(request, new StreamResponse(request));
    return true;
  }

  #count(connection: Connection, streams: number, bytes: number): void {
    connection.streams += streams;
    connection.bytes += bytes;
    this.#streams.take(streams);
    this.#bytes.take(bytes);
    if (connection.streams === 0) this.#wait(connection, this.#options.limits.idleSeconds);
    else this.#stopWaiting(connection);
  }

  // A client that makes and gives up requests without end would have their work done for nothing. Many that do so side by
  // side have less patience each. The end of a connection gives its requests up too: that is no reset.
  #countReset({ session, resets }: Connection, milliseconds: number): void {
    if (session.destroyed) return;
    const now = steadyNow(this.#options.clock);
    const weight = resetWeight(milliseconds);
    for (const count of [resets, this.#resets]) count.add(weight, now);
    if (resets.isExceeded || (this.#resets.isExceeded && resets.isHigh))
      // Without an error Node does not send the code.
      session.destroy(new Error('Too many requests were given up.'), constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #isExceededBy({ streams, bytes }: Connection): boolean {
    const { limits } = this.#options;
    if (streams > limits.streams || bytes > limits.streamBytes) return true;
    return this.#streams.isExceeded || this.#bytes.isExceeded;
  }

  // Counted from the last answer, not from the last byte: a request that comes byte by byte is none.
  #wait(connection: Connection, seconds: number): void {
    this.#stopWaiting(connection);
    if (!this.#connections.has(connection)) return;
    const { session } = connection;
    connection.timer = this.#options.clock.setTimeout(() => {
      session.close();
      session.destroy();
    }, seconds * 1000);
  }

  #stopWaiting(connection: Connection): void {
    if (connection.timer !== undefined) this.#options.clock.clearTimeout(connection.timer);
    connection.timer = undefined;
  }

  #left(connection: Connection): void {
    this.#connections.delete(connection);
    this.#turns.remove(connection);
    this.#stopWaiting(connection);
  }
}
