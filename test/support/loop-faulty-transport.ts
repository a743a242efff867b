import type { Transport, TransportRequest, TransportResponse } from '../../src/client/request/transport.ts';
import { type RequestFacts, type RequestKind, readRequest } from './loop-requests.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What goes wrong with one request. */
export type Fault =
  /** The server never hears of it. */
  | { readonly with: 'refused' }
  /** The server does what it is asked to, and the answer is lost. */
  | { readonly with: 'lost' }
  /** Half of the answer arrives. */
  | { readonly with: 'truncated' }
  /** The answer comes so many milliseconds late. */
  | { readonly with: 'delayed'; readonly by: number }
  /** There is never an answer. */
  | { readonly with: 'hanging' }
  /** Something else answers in the server's place. */
  | { readonly with: 'status'; readonly status: number; readonly body?: string; readonly retryAfter?: string }
  /** The last answer to a request like this one, from no later a timetoken, comes once more. */
  | { readonly with: 'replayed' };

/** One request and what became of it. */
export interface Exchange extends RequestFacts {
  readonly sentAt: number;
  endedAt?: number;
  /** Handshakes and polls that were under way when it was sent, and not given up by the client. */
  readonly beside: number;
  /** The answer, when one of status 200 came back. */
  body?: string;
  /** Aborted when the client took no answer any more. */
  readonly signal: AbortSignal;
  open: boolean;
}

/** A replay older than this could be a copy that nobody is bound to recognise, in milliseconds. */
const FRESH = 200_000;

interface Last {
  readonly at: number;
  readonly tt: string;
  readonly names: string;
  readonly response: TransportResponse;
}

/** A transport in front of another one, that loses, delays, garbles and repeats as it is told to. */
export class FaultyTransport {
  readonly exchanges: Exchange[] = [];
  readonly #inner: Transport;
  readonly #clock: VirtualClock;
  readonly #faults = new Map<RequestKind, Fault[]>();
  readonly #last = new Map<RequestKind, Last>();
  readonly #connections = new Set<AbortController>();

  constructor(inner: Transport, clock: VirtualClock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  /** What the client is given. */
  readonly transport: Transport = (request) => this.#send(request);

  /** Requests under way. */
  get open(): number {
    return this.#connections.size;
  }

  /** The next request of this kind meets a fault. */
  fault(kind: RequestKind, fault: Fault): void {
    const queue = this.#faults.get(kind) ?? [];
    this.#faults.set(kind, [...queue, fault]);
  }

  /** Every connection breaks. */
  drop(): void {
    for (const connection of this.#connections) connection.abort(connectionReset());
  }

  /** Nothing goes wrong from now on. */
  heal(): void {
    this.#faults.clear();
    this.drop();
  }

  async #send(request: TransportRequest): Promise<TransportResponse> {
    request.signal.throwIfAborted();
    const beside = this.exchanges.filter(
      ({ kind, open, signal }) => isOfLoop(kind) && open && !signal.aborted,
    );
    const exchange: Exchange = {
      beside: beside.length,
      ...readRequest(request.url),
      sentAt: this.#clock.now(),
      signal: request.signal,
      open: true,
    };
    this.exchanges.push(exchange);
    const connection = new AbortController();
    const hangUp = () => connection.abort(request.signal.reason);
    request.signal.addEventListener('abort', hangUp);
    this.#connections.add(connection);
    try {
      const response = await broken(connection.signal, this.#answer(exchange, request, connection.signal));
      if (response.status === 200) exchange.body = response.body;
      return response;
    } finally {
      exchange.open = false;
      exchange.endedAt = this.#clock.now();
      this.#connections.delete(connection);
      request.signal.removeEventListener('abort', hangUp);
    }
  }

  async #answer(
    exchange: Exchange,
    request: TransportRequest,
    signal: AbortSignal,
  ): Promise<TransportResponse> {
    const { kind } = exchange;
    const fault = this.#faults.get(kind)?.shift();
    const last = this.#last.get(kind);
    if (fault?.with === 'refused') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (fault?.with === 'status') return statusResponse(fault);
    if (fault?.with === 'hanging') return new Promise(() => {});
    if (fault?.with === 'replayed' && last && this.#mayCome(last, exchange)) return last.response;
    const response = await this.#inner({ ...request, signal });
    this.#last.set(kind, { at: this.#clock.now(), tt: exchange.tt, names: namesOf(exchange), response });
    if (fault?.with === 'lost') throw connectionReset();
    if (fault?.with === 'delayed') await this.#pause(fault.by, signal);
    if (fault?.with !== 'truncated') return response;
    return { ...response, body: response.body.slice(0, response.body.length / 2) };
  }

  #mayCome(last: Last, exchange: Exchange): boolean {
    const fits = last.names === namesOf(exchange) && BigInt(last.tt) <= BigInt(exchange.tt);
    return fits && this.#clock.now() - last.at < FRESH;
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => this.#clock.clearTimeout(timer));
    });
  }
}

function broken<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    work.then(resolve, reject);
  });
}

function isOfLoop(kind: RequestKind): boolean {
  return kind === 'handshake' || kind === 'poll';
}

function namesOf({ channels, groups }: Exchange): string {
  return JSON.stringify([channels, groups]);
}

function connectionReset(): Error {
  return Object.assign(new Error('reset'), { code: 'ECONNRESET' });
}

function statusResponse({
  status,
  body = '',
  retryAfter,
}: Extract<Fault, { with: 'status' }>): TransportResponse {
  return {
    status,
    body,
    headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  };
}
