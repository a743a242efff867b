import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../protocol/clock.ts';
import { type Answer, balancerRefusal } from '../http/answer.ts';
import { type AllowOrigin, corsHeaders } from '../http/cors.ts';
import { targetOf } from '../http/fetch.ts';
import { isLocalHost } from '../http/local-host.ts';
import type { OriginRequest, RequestLine } from '../http/request.ts';
import { Bodies } from './bodies.ts';
import { Body, hasBody } from './body.ts';
import type { ServeLimits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { sendStream } from './send-stream.ts';
import { type Turn, Turns } from './turns.ts';

const NO_BODY: Uint8Array = new Uint8Array();
const NO_CONTENT = 204;
const HOST = /^[\w.:[\]-]+$/;
// For a client that is still sending when its connection ends: it would not see the answer if bytes were left unread.
const LINGER_MS = 1_000;

/** The part of an `Origin` that a server needs. */
export interface ServedOrigin {
  /** The web origins that may call, if the origin was told. */
  readonly allowOrigin?: AllowOrigin | undefined;
  /** A rejection breaks the connection. */
  handle(request: OriginRequest): Promise<Answer>;
  /** Bytes of a request's body that `handle` reads. */
  bodyLimit(request: RequestLine): number;
  /** `true` if `handle` reads the body of this request from `stream`. Absent: of none. */
  streamsBody?(request: RequestLine): boolean;
}

/** The options of a listener. */
export interface ListenerOptions {
  readonly origin: ServedOrigin;
  readonly clock: Clock;
  readonly limits: ServeLimits;
  /** `Host` names that are served; `undefined` serves all. */
  readonly hosts: readonly string[] | undefined;
  /** Web pages that are served; `undefined` leaves it to the origin. */
  readonly pages: AllowOrigin | undefined;
}

/** A request that is completed in place, since the origin has looked up its operation by the object. */
interface OpenedRequest extends OriginRequest {
  body: Uint8Array;
  stream: OriginRequest['stream'];
  cors: OriginRequest['cors'];
}

type AnswerStream = NonNullable<Answer['stream']>;

/** Answers the requests of one server. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #turns: Turns;
  readonly #outbox: Outbox;
  readonly #bodies: Bodies;

  constructor(options: ListenerOptions) {
    const { clock, limits } = options;
    this.#options = options;
    this.#outbox = new Outbox(clock, limits);
    this.#bodies = new Bodies(limits.totalBodyBytes);
    this.#turns = new Turns({
      limits,
      begin: (request, response, turn) => this.#begin(request, response, turn),
      end: (socket, turn) => {
        this.#outbox.sent(socket);
        this.#bodies.give(turn.held);
      },
    });
  }

  /** The `request` listener. Never throws. */
  readonly listen = (request: IncomingMessage, response: ServerResponse): void => {
    this.#turns.add(request, response);
  };

  /** Answers what is no request, after the answers that are due, and ends the connection. */
  refuse(socket: Socket, status: number, reason: string): void {
    this.#turns.endWith(socket, () => this.#endWith(socket, rawAnswer(status, reason)));
  }

  /** Answers parked polls, and resolves when all answers are written. */
  drain(): Promise<void> {
    return this.#turns.drain();
  }

  #endWith(socket: Socket, text: string): void {
    if (!socket.writable) return;
    const { clock } = this.#options;
    socket.end(text);
    const timer = clock.setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clock.clearTimeout(timer));
  }

  #begin(request: IncomingMessage, response: ServerResponse, turn: Turn): void {
    this.#answer(request, turn).then(
      (answer) => this.#write(request, response, answer),
      () => response.destroy(),
    );
  }

  async #answer(request: IncomingMessage, turn: Turn): Promise<Answer> {
    const { origin, hosts, pages } = this.#options;
    const { headers, method = 'GET', url = '/' } = request;
    if (headers.host === undefined && request.httpVersion === '1.1')
      return balancerRefusal(400, 'Bad Request', { connection: 'close' }).answer;
    if (hosts && !isLocalHost(headers.host, hosts)) {
      const message = 'Host Not Allowed: this server answers to local names only; list others in allowHosts';
      return balancerRefusal(403, message).answer;
    }
    const plain: OpenedRequest = {
      method,
      target: url.startsWith('/') ? url : targetOf(url),
      base: baseOf(request),
      header: (name: string) => textOf(headers[name]),
      body: NO_BODY,
      stream: undefined,
      interruption: turn,
      cors: undefined,
    };
    if (pages !== undefined) plain.cors = corsHeaders(plain, pages) ?? null;
    // The body of a page that may not call is not read.
    if (plain.cors === null || !hasBody(request)) return origin.handle(plain);
    if (origin.streamsBody?.(plain)) return this.#answerStream(request, plain);
    const body = await this.#read(request, plain, turn);
    if (body === 'late') return balancerRefusal(408, 'Request Timeout').answer;
    if (body === 'full') return balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }).answer;
    plain.body = body;
    return origin.handle(plain);
  }

  // The operation reads the body.
  async #answerStream(request: IncomingMessage, plain: OpenedRequest): Promise<Answer> {
    const { origin, clock, limits } = this.#options;
    const rules = { maxBytes: origin.bodyLimit(plain), seconds: limits.bodySeconds, clock };
    const body = this.#bodies.stream(request, rules);
    plain.stream = body;
    try {
      const answer = await origin.handle(plain);
      return (await body.finish()) ?? answer;
    } finally {
      this.#bodies.closed(body);
    }
  }

  async #read(
    request: IncomingMessage,
    line: RequestLine,
    turn: Turn,
  ): Promise<Uint8Array | 'late' | 'full'> {
    const { origin, clock, limits } = this.#options;
    const maxBytes = origin.bodyLimit(line);
    const body = new Body({ maxBytes, seconds: limits.bodySeconds, clock });
    try {
      return await this.#bodies.read(request, body);
    } finally {
      // Given back at the end of the turn, which the end of the connection may have brought already.
      if (turn.ended) this.#bodies.give(body.held);
      else turn.held = body.held;
    }
  }

  #write(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return void discard(answer);
    const { status, contentType, body, stream, headers } = answer;
    const length = stream ? 0 : Buffer.byteLength(body);
    // Node writes an array of names and values without a header object.
    const lines: string[] = [];
    if (headers?.['cache-control'] === undefined) lines.push('cache-control', 'no-cache');
    if (status !== NO_CONTENT && !stream) lines.push('content-length', String(length));
    if (contentType !== '') lines.push('content-type', contentType);
    for (const [name, value] of Object.entries(headers ?? {})) lines.push(name, value);
    // The rest of a body is not read, so the connection cannot be used again.
    if (this.#turns.closing || isCut(request)) lines.push('connection', 'close');
    response.sendDate = false;
    response.writeHead(status, lines);
    if (stream) return void this.#send(stream, response, headers?.['content-length']);
    // A string is sent in one piece with the headers.
    response.end(body);
    this.#outbox.watch(request.socket, length);
  }

  #send(stream: AnswerStream, response: ServerResponse, announced: string | undefined): void {
    const { socket } = response;
    const length = announced === undefined ? undefined : Number(announced);
    // One chunk waits at a time, however long the answer is.
    const onStall = () => socket && this.#outbox.watchOnce(socket, length ?? 0, response.writableLength);
    void sendStream(response, stream, { length, onStall });
  }
}

// Nobody is there to read the answer.
function discard({ stream }: Answer): void {
  stream?.cancel().catch(() => undefined);
}

// Bytes that are not HTTP never become a request, so the answer is written by hand.
function rawAnswer(status: number, reason: string): string {
  const { answer } = balancerRefusal(status, reason);
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    `content-type: ${answer.contentType}`,
    `content-length: ${Buffer.byteLength(answer.body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${answer.body}`;
}

// Node itself would read and drop the rest of a body, however much comes.
function isCut(request: IncomingMessage): boolean {
  return !request.complete && hasBody(request);
}

// A proxy in front passes the client's `Host` on, and reports TLS in a header.
function baseOf({ headers }: IncomingMessage): string | undefined {
  const { host } = headers;
  if (host === undefined || !HOST.test(host)) return undefined;
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${host}`;
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}
