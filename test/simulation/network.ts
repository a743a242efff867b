import type { Clock, Transport, TransportRequest, TransportResponse } from '../../src/index.ts';
import { interruptionOf } from '../../src/origin/http/fetch.ts';
import { type FeedParts, openFeed } from './feed.ts';
import { blamedIn, type Gate } from './gate.ts';
import type { Fault, RequestKind } from './plan.ts';
import type { Server, ServerAnswer } from './server.ts';
import type { Truth } from './truth.ts';
import { type Answer, type RequestFacts, readAnswer, readRequest } from './wire.ts';

/** One request and what became of it. */
export interface Exchange extends RequestFacts {
  readonly sentAt: number;
  readonly sentOrder: number;
  /** Subscribe requests that were under way when it was sent, and not given up by the client. */
  readonly beside: number;
  readonly handshakesBeside: number;
  /** When the origin had answered, in the order of everything that happens. */
  servedOrder?: number;
  /** What arrived, where it is an answer to a subscribe request. */
  answer?: Answer;
  arrivedOrder?: number;
  status?: number;
  endedAt?: number;
  /** The client gave it up before it had an answer. */
  aborted?: number;
  /** The names that the server refused. */
  blamed?: readonly string[];
  /** Nothing ever comes of it. */
  hangs?: boolean;
  open: boolean;
}

/** Where a network sends to, and what it learns from. */
export interface NetworkParts {
  /** The time of everybody but the client. */
  readonly clock: Clock;
  readonly truth: Truth;
  readonly gate: Gate;
  server(): Server;
  /** Resolves when the machine is awake. */
  awake(): Promise<void> | undefined;
  /** What the script did in this instant, counted in requests that it may cause. */
  calls(): number;
}

/** Requests that one instant may hold beside two for each call: a client that sends more would go on for ever. */
const STORM = 400;
/** A replay older than this could be a copy that nobody is bound to recognise, in milliseconds. */
const FRESH = 200_000;

interface Last extends RequestFacts {
  readonly at: number;
  readonly response: ServerAnswer;
}

/** The network between client and origin: slow, and as faulty as it is told to be. */
export class Network {
  readonly exchanges: Exchange[] = [];
  latency = 0;
  /** Instants in which the client sent more than anybody would wait for. */
  storms = 0;
  readonly #parts: NetworkParts;
  readonly #feed: FeedParts;
  readonly #faults = new Map<RequestKind, Fault[]>();
  readonly #connections = new Set<AbortController>();
  #lastPoll: Last | undefined;
  #instant = { at: 0, count: 0 };
  #stormAt: number | undefined;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.#feed = {
      clock: parts.clock,
      latency: () => this.latency,
      awake: () => parts.awake(),
      poll: (request) => {
        const place = this.exchanges.length;
        const answer = this.#send(request);
        return { answer, hangs: () => this.exchanges[place]?.hangs === true };
      },
    };
  }

  /** What the client is given. */
  readonly transport: Transport = (request) =>
    request.accept === 'events' ? openFeed(request, this.#feed) : this.#send(request);

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
  breakConnections(): void {
    for (const connection of [...this.#connections]) connection.abort(failure('ECONNRESET'));
  }

  /** Nothing goes wrong from now on. */
  heal(): void {
    this.#faults.clear();
    this.breakConnections();
  }

  async #send(request: TransportRequest): Promise<TransportResponse> {
    request.signal.throwIfAborted();
    const exchange = this.#begin(request);
    const connection = new AbortController();
    let final = false;
    const hangUp = () => {
      if (!final) exchange.aborted ??= this.#parts.truth.tick();
      connection.abort(request.signal.reason);
    };
    request.signal.addEventListener('abort', hangUp);
    this.#connections.add(connection);
    try {
      if (this.#isStorm()) await new Promise((_, reject) => onAbort(connection.signal, reject));
      const response = await broken(connection.signal, this.#answer(exchange, request, connection.signal));
      this.#arrived(exchange, response);
      // What the client does with its signal once it has read the answer says nothing any more.
      setImmediate(() => {
        final = true;
      });
      const retryAfter = 'retryAfter' in response ? String(response.retryAfter) : undefined;
      const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      return { status: response.status, body: response.body, headers };
    } finally {
      exchange.open = false;
      exchange.endedAt = this.#parts.clock.now();
      this.#connections.delete(connection);
    }
  }

  #begin({ url }: TransportRequest): Exchange {
    const { clock, truth } = this.#parts;
    const open = this.exchanges.slice(-60).filter(({ open: isOpen, aborted }) => isOpen && !aborted);
    const exchange: Exchange = {
      ...readRequest(url),
      sentAt: clock.now(),
      sentOrder: truth.tick(),
      beside: open.filter(isOfLoop).length,
      handshakesBeside: open.filter(({ kind }) => kind === 'handshake').length,
      open: true,
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  #isStorm(): boolean {
    const at = this.#parts.clock.now();
    this.#instant = { at, count: this.#instant.at === at ? this.#instant.count + 1 : 1 };
    if (this.#instant.count < STORM) return false;
    const isStorm = this.#instant.count >= STORM + 2 * this.#parts.calls();
    if (isStorm && this.#stormAt !== at) this.storms += 1;
    if (isStorm) this.#stormAt = at;
    return isStorm;
  }

  #arrived(exchange: Exchange, { status, body }: ServerAnswer): void {
    exchange.status = status;
    exchange.arrivedOrder = this.#parts.truth.tick();
    const answer = isOfLoop(exchange) ? readAnswer(status, body) : undefined;
    if (answer) exchange.answer = answer;
  }

  async #answer(exchange: Exchange, request: TransportRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const fault = this.#faults.get(exchange.kind)?.shift();
    await this.#pause(this.latency, signal);
    if (fault?.with === 'refused') throw failure('ECONNREFUSED');
    if (fault?.with === 'reset') throw failure('ECONNRESET');
    if (fault?.with === 'status') return this.#back(fault, signal);
    if (fault?.with === 'hanging') return hanging(exchange);
    const last = this.#lastPoll;
    if (fault?.with === 'replayed' && last && this.#mayCome(last, exchange))
      return this.#back(last.response, signal);
    const response = await this.#serve(exchange, request, signal);
    if (exchange.kind === 'poll') this.#lastPoll = { ...exchange, at: this.#parts.clock.now(), response };
    if (fault?.with === 'lost') throw failure('ECONNRESET');
    if (fault?.with === 'delayed') await this.#pause(fault.by, signal);
    if (fault?.with !== 'truncated') return this.#back(response, signal);
    return this.#back({ ...response, body: response.body.slice(0, response.body.length / 2) }, signal);
  }

  async #serve(exchange: Exchange, request: TransportRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const { gate, truth } = this.#parts;
    const { method, url, body } = request;
    const target = url.slice(new URL(url).origin.length);
    const refusal = gate.refusal(exchange, target);
    if (refusal === 'hang') return hanging(exchange);
    if (refusal) {
      exchange.blamed = blamedIn(refusal);
      return refusal;
    }
    const served = this.#parts.server().handle({
      method,
      target,
      body: typeof body === 'string' ? body : '',
      interruption: interruptionOf(signal),
    });
    const response = await served;
    exchange.servedOrder = truth.tick();
    return response;
  }

  async #back<R extends ServerAnswer>(response: R, signal: AbortSignal): Promise<R> {
    await this.#pause(this.latency, signal);
    await this.#parts.awake();
    return response;
  }

  #mayCome(last: Last, exchange: Exchange): boolean {
    const names = (facts: RequestFacts) => JSON.stringify([facts.channels, facts.groups]);
    const fits = names(last) === names(exchange) && BigInt(last.tt) <= BigInt(exchange.tt);
    return fits && this.#parts.clock.now() - last.at < FRESH;
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds === 0) return;
    signal.throwIfAborted();
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => clock.clearTimeout(timer), { once: true });
    });
  }
}

function hanging(exchange: Exchange): Promise<never> {
  exchange.hangs = true;
  return new Promise(() => undefined);
}

/** Whether a request is one of the subscribe loop. */
export function isOfLoop({ kind }: Pick<RequestFacts, 'kind'>): boolean {
  return kind === 'handshake' || kind === 'poll';
}

function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): void {
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
}

function broken<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    onAbort(signal, reject);
    work.then(resolve, reject);
  });
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
