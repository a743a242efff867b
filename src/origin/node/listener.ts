import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../protocol/clock.ts';
import { type Answer, balancerRefusal, type Refusal } from '../http/answer.ts';
import { type AllowOrigin, corsHeaders } from '../http/cors.ts';
import type { Headers } from '../http/held.ts';
import { isLocalHost } from '../http/local-host.ts';
import { Bodies } from './bodies.ts';
import { Body, hasBody } from './body.ts';
import { Exchange, type ServedOrigin, type WriteAnswer } from './exchange.ts';
import { headerOf } from './header.ts';
import type { ServeLimits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { sendStream } from './send-stream.ts';
import { type Turn, Turns } from './turns.ts';

const NO_CONTENT = 204;
// For a client that is still sending when its connection ends: it would not see the answer if bytes were left unread.
const LINGER_MS = 1_000;

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

type AnswerStream = NonNullable<Answer['stream']>;

/** Answers the requests of one server. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #turns: Turns;
  readonly #outbox: Outbox;
  readonly #bodies: Bodies;
  readonly #writer: WriteAnswer = (exchange, answer, headers) => this.#write(exchange, answer, headers);
  #lastLocal: string | undefined;

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
    try {
      this.#answer(new Exchange(request, turn, this.#writer));
    } catch {
      response.destroy();
    }
  }

  #answer(exchange: Exchange): void {
    const { pages } = this.#options;
    const refusal = this.#refusal(exchange);
    if (refusal) return void exchange.send(refusal.answer);
    if (pages !== undefined) exchange.cors = corsHeaders(exchange, pages) ?? null;
    // The body of a page that may not call is not read.
    if (exchange.cors === null || !hasBody(exchange.incoming)) return void this.#handle(exchange);
    if (this.#options.origin.streamsBody?.(exchange)) return void this.#answerStream(exchange);
    this.#read(exchange)
      .then((body) => {
        if (body === 'late') return exchange.send(balancerRefusal(408, 'Request Timeout').answer);
        if (body === 'full')
          return exchange.send(balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }).answer);
        exchange.body = body;
        this.#handle(exchange);
      })
      .catch(() => exchange.response.destroy());
  }

  #refusal({ incoming }: Exchange): Refusal | undefined {
    const { hosts } = this.#options;
    const host = headerOf(incoming, 'host');
    if (host === undefined && incoming.httpVersion === '1.1')
      return balancerRefusal(400, 'Bad Request', { connection: 'close' });
    if (!hosts || this.#isLocal(host, hosts)) return undefined;
    const message = 'Host Not Allowed: this server answers to local names only; list others in allowHosts';
    return balancerRefusal(403, message);
  }

  // Most requests name the same host.
  #isLocal(host: string | undefined, hosts: readonly string[]): boolean {
    if (host !== undefined && host === this.#lastLocal) return true;
    const isLocal = isLocalHost(host, hosts);
    if (isLocal) this.#lastLocal = host;
    return isLocal;
  }

  #handle(exchange: Exchange): void {
    this.#options.origin.handle(exchange, exchange)?.then(
      (answer) => exchange.send(answer),
      () => exchange.response.destroy(),
    );
  }

  // The operation reads the body.
  async #answerStream(exchange: Exchange): Promise<void> {
    const { incoming, response } = exchange;
    const { origin, clock, limits } = this.#options;
    const rules = { maxBytes: origin.bodyLimit(exchange), seconds: limits.bodySeconds, clock };
    const body = this.#bodies.stream(incoming, rules);
    exchange.stream = body;
    try {
      const answer = await origin.handle(exchange, undefined);
      const sent = (await body.finish()) ?? answer;
      if (sent) exchange.send(sent);
    } catch {
      response.destroy();
    } finally {
      this.#bodies.closed(body);
    }
  }

  async #read(exchange: Exchange): Promise<Uint8Array | 'late' | 'full'> {
    const { incoming, turn } = exchange;
    const { origin, clock, limits } = this.#options;
    const maxBytes = origin.bodyLimit(exchange);
    const body = new Body({ maxBytes, seconds: limits.bodySeconds, clock });
    try {
      return await this.#bodies.read(incoming, body);
    } finally {
      // Given back at the end of the turn, which the end of the connection may have brought already.
      if (turn.ended) this.#bodies.give(body.held);
      else turn.held = body.held;
    }
  }

  #write(exchange: Exchange, answer: Answer, more: Headers | undefined): void {
    const { incoming, response } = exchange;
    if (response.destroyed) return void discard(answer);
    const { status, contentType, body, stream, headers } = answer;
    const length = stream ? 0 : Buffer.byteLength(body);
    // Node writes an array of names and values without a header object.
    const lines: string[] = [];
    if (headers?.['cache-control'] === undefined) lines.push('cache-control', 'no-cache');
    if (status !== NO_CONTENT && !stream) lines.push('content-length', String(length));
    if (contentType !== '') lines.push('content-type', contentType);
    addTo(lines, headers);
    addTo(lines, more);
    // The rest of a body is not read, so the connection cannot be used again.
    if (this.#turns.closing || isCut(incoming)) lines.push('connection', 'close');
    response.sendDate = false;
    response.writeHead(status, lines);
    if (stream) return void this.#send(stream, response, headers?.['content-length']);
    // A string is sent in one piece with the headers.
    response.end(body);
    this.#outbox.watch(incoming.socket, length);
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

function addTo(lines: string[], headers: Headers | undefined): void {
  for (const name in headers) lines.push(name, headers[name] ?? '');
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
