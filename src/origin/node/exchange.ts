import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../http/answer.ts';
import type { AllowOrigin } from '../http/cors.ts';
import { targetOf } from '../http/fetch.ts';
import type { Headers, Held, Reply } from '../http/held.ts';
import type { OriginRequest, RequestLine } from '../http/request.ts';
import { headerOf } from './header.ts';
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
}

/** Writes an answer. */
export type WriteAnswer = (exchange: Exchange, answer: Answer, headers: Headers | undefined) => void;

/** One request and its answer: the request as the origin sees it, and the place for the answer. */
export class Exchange implements OriginRequest, Reply {
  readonly incoming: IncomingMessage;
  readonly turn: Turn;
  readonly method: string;
  readonly target: string;
  body: Uint8Array = NO_BODY;
  stream: OriginRequest['stream'];
  cors: OriginRequest['cors'];
  readonly #write: WriteAnswer;

  constructor(incoming: IncomingMessage, turn: Turn, write: WriteAnswer) {
    const { method = 'GET', url = '/' } = incoming;
    this.incoming = incoming;
    this.turn = turn;
    this.method = method;
    this.target = url.startsWith('/') ? url : targetOf(url);
    this.#write = write;
  }

  get response(): ServerResponse {
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
    this.#write(this, answer, headers);
  }

  hold(held: Pick<Held, 'interrupt'>): void {
    this.turn.hold(held);
  }
}

// A proxy in front passes the client's `Host` on, and reports TLS in a header.
function baseOf(incoming: IncomingMessage): string | undefined {
  const host = headerOf(incoming, 'host');
  if (host === undefined || !HOST.test(host)) return undefined;
  return `${headerOf(incoming, 'x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}`;
}
