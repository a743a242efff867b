import type { Answer } from '../http/answer.ts';
import type { AllowOrigin } from '../http/cors.ts';
import { targetOf } from '../http/fetch.ts';
import type { Headers, Lasting, Outlet, Reply } from '../http/held.ts';
import type { OriginRequest, RequestLine } from '../http/request.ts';
import { headerOf } from './header.ts';
import type { Incoming, Outgoing } from './message.ts';
import type { Turn } from './turns.ts';

const NO_BODY: Uint8Array = new Uint8Array();
const HOST = /^[\w.:[\]-]+$/;

/** The part of an `Origin` that a server needs. */
export interface ServedOrigin {
  /** The web origins that may call, if the origin was told. */
  readonly allowOrigin?: AllowOrigin | undefined;
  /**
   * Answers with a promise, whose rejection breaks the connection; or sends the answer to `reply` and returns `undefined`,
   * so that a request that is held costs no promise.
   */
  handle(request: OriginRequest, reply: Reply | undefined): Promise<Answer> | undefined;
  /** Bytes of a request's body that `handle` reads. */
  bodyLimit(request: RequestLine): number;
  /** `true` if `handle` reads the body of this request from `stream`. Absent: of none. */
  streamsBody?(request: RequestLine): boolean;
  /** `true` for a request that waits for messages: others may go first. Absent: none is known to. */
  isPoll?(request: RequestLine): boolean;
  /** The operation that a request is for: when there are many, operations take turns. Absent: all are of one. */
  operationOf?(request: RequestLine): string;
}

/** Writes answers to their connections. */
export interface AnswerWriter {
  /** The server closes. */
  readonly isClosing: boolean;
  send(exchange: Exchange, answer: Answer, headers: Headers | undefined): void;
  /** Sends the head of an answer that lasts. */
  open(exchange: Exchange, head: Answer, headers: Headers | undefined): void;
  /** Sends a part of it. `false`: its reader is slow. */
  write(exchange: Exchange, text: string): boolean;
}

/** One request and its answer: the request as the origin sees it, and the place for the answer. */
export class Exchange implements OriginRequest, Reply, Outlet {
  readonly incoming: Incoming;
  readonly turn: Turn;
  readonly method: string;
  readonly target: string;
  body: Uint8Array = NO_BODY;
  stream: OriginRequest['stream'];
  cors: OriginRequest['cors'];
  opened: unknown = undefined;
  /** Characters of an answer that lasts. */
  written = 0;
  readonly #writer: AnswerWriter;

  constructor(incoming: Incoming, turn: Turn, writer: AnswerWriter) {
    const { method = 'GET', url = '/' } = incoming;
    this.incoming = incoming;
    this.turn = turn;
    this.method = method;
    this.target = url.startsWith('/') ? url : targetOf(url);
    this.#writer = writer;
  }

  get response(): Outgoing {
    return this.turn.response;
  }

  get base(): string | undefined {
    return baseOf(this.incoming);
  }

  get interruption(): Turn {
    return this.turn;
  }

  header(name: string): string | undefined {
    return headerOf(this.incoming, name);
  }

  send(answer: Answer, headers?: Headers): void {
    this.turn.release();
    this.#writer.send(this, answer, headers);
  }

  hold(held: Lasting): void {
    this.turn.hold(held);
  }

  open(head: Answer, held: Lasting, headers?: Headers): Outlet {
    this.#writer.open(this, head, headers);
    this.turn.hold(held);
    return this;
  }

  get isLast(): boolean {
    return this.#writer.isClosing;
  }

  write(text: string): boolean {
    return this.#writer.write(this, text);
  }

  end(): void {
    this.turn.release();
    this.response.end();
  }
}

// A proxy in front passes the client's `Host` on, and reports TLS in a header.
function baseOf(incoming: Incoming): string | undefined {
  const host = headerOf(incoming, 'host');
  if (host === undefined || !HOST.test(host)) return undefined;
  const isSecure = isEncrypted(incoming) || headerOf(incoming, 'x-forwarded-proto') === 'https';
  return `${isSecure ? 'https' : 'http'}://${host}`;
}

// HTTP/2 is spoken over TLS alone.
function isEncrypted({ httpVersion, socket }: Incoming): boolean {
  return httpVersion === '2.0' || ('encrypted' in socket && socket.encrypted === true);
}
