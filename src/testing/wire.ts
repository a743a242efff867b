import type { Clock } from '../protocol/clock.ts';
import { Conditions, pause } from './conditions.ts';
import { answerOf, BODILESS, connectionError, halfOf, nameOfFault, tokenExpired } from './fault-answers.ts';
import { type Fault, FaultScript } from './faults.ts';
import { RequestReader, type TestRequest } from './test-request.ts';
import { type Exchange, Transcript } from './transcript.ts';

/** What the wire tells of. */
export interface WireEvents {
  /** A request came, was answered, or was given up. */
  changed(): void;
  /** A request came. May throw to refuse it: the client gets this as its failure. */
  opened(request: TestRequest): void;
  /** A request has passed everything that could go wrong before, and goes to the origin. */
  reached(request: TestRequest): void;
  /** The origin did what was asked, and its answer goes to the client whole. */
  answered(request: TestRequest, text: string): void;
  /** Anything else became of the request. */
  failed(request: TestRequest): void;
  /** What the test has set cannot say whether it is for a request. Makes the error that the client gets. */
  broken(message: string, cause: unknown): Error;
}

/** What the wire leads to. */
export interface WireParts {
  readonly clock: Clock;
  readonly events: WireEvents;
  readonly origin: (request: Request) => Promise<Response>;
}

interface OpenCall extends Exchange {
  /** Nothing happens to it until time passes, or something is published. */
  resting: boolean;
  /** Nothing ever comes back on its connection, and nobody has told the client. */
  dead: boolean;
  /** Ends it: with an answer, or without. */
  end(how: Response | Error): void;
  /** Ends what the origin does for it. */
  readonly controller: AbortController;
}

/** The one way between clients and origin: everything passes here, is written down, and may be broken on purpose. */
export class Wire {
  readonly conditions = new Conditions();
  readonly faults = new FaultScript();
  readonly transcript = new Transcript();
  readonly #parts: WireParts;
  readonly #reader = new RequestReader();
  readonly #open = new Set<OpenCall>();

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  /** Requests that are under way, oldest first. */
  get open(): readonly TestRequest[] {
    return Array.from(this.#open, ({ request }) => request);
  }

  /** Whether something is under way that needs neither time nor a message to go on. */
  get busy(): boolean {
    return [...this.#open].some(({ resting }) => !resting);
  }

  /** Ends the requests under way for which it is said how. */
  cut(how: (request: TestRequest) => Response | Error | undefined): void {
    for (const call of [...this.#open]) {
      const end = how(call.request);
      if (!end) continue;
      this.#parts.events.failed(call.request);
      call.end(end);
    }
  }

  /** Every connection is dead, and no client is told. */
  lose(): void {
    for (const call of this.#open) {
      call.dead = true;
      call.resting = true;
      call.entry.outcome = 'lost';
      call.controller.abort();
    }
  }

  /** Answers a request, as `fetch` does: rejects when there is no connection, or when its signal aborts. */
  readonly fetch = async (input: Request): Promise<Response> => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const call = this.#begin(input, (how) => (how instanceof Error ? reject(how) : resolve(how)));
    const { entry, controller } = call;
    // At once: who gives a request up may go on to look at what is left of it.
    const abort = () => {
      reject(input.signal.reason);
      controller.abort();
    };
    input.signal.addEventListener('abort', abort);
    if (input.signal.aborted) abort();
    else this.#answer(input, call).then(alive(call, resolve), alive(call, reject));
    try {
      const response = await promise;
      if (entry.outcome === 'open') entry.outcome = String(response.status);
      return response;
    } catch (error) {
      if (entry.outcome === 'open') entry.outcome = input.signal.aborted ? 'aborted' : 'reset';
      this.#parts.events.failed(call.request);
      throw error;
    } finally {
      input.signal.removeEventListener('abort', abort);
      this.#open.delete(call);
      controller.abort();
      this.#parts.events.changed();
    }
  };

  #begin(input: Request, end: OpenCall['end']): OpenCall {
    const exchange = this.transcript.open(this.#reader.read(input), this.#parts.clock.now());
    const call = { ...exchange, end, resting: false, dead: false, controller: new AbortController() };
    this.#open.add(call);
    this.#parts.events.changed();
    return call;
  }

  async #answer(input: Request, call: OpenCall): Promise<Response> {
    const { request, entry, controller } = call;
    const { conditions } = this;
    const { events, origin, clock } = this.#parts;
    events.opened(request);
    const good = conditions.accepts(request.token);
    const fault = conditions.offline ? 'refused' : this.faults.take(request, events.broken);
    if (fault !== undefined) entry.outcome = nameOfFault(fault);
    if (conditions.delay > 0) {
      call.resting = true;
      await pause(clock, conditions.delay, controller.signal);
      controller.signal.throwIfAborted();
      call.resting = false;
    }
    const instead = fault === undefined && !good ? tokenExpired() : await happening(fault, call);
    if (instead) {
      events.failed(request);
      return instead;
    }
    events.reached(request);
    call.resting = request.operation === 'subscribe' && !request.handshake;
    const response = await origin(new Request(input, { signal: controller.signal }));
    call.resting = false;
    // Of all faults, only these two are left.
    const cut = fault === 'stall' || fault === 'truncated' ? fault : undefined;
    const whole = new Uint8Array(await response.arrayBuffer());
    controller.signal.throwIfAborted();
    return this.#pass(response, { request, whole, cut, signal: input.signal });
  }

  #pass(response: Response, { request, whole, cut, signal }: Passing): Response {
    const { status, headers } = response;
    const { events } = this.#parts;
    if (cut) {
      events.failed(request);
      return halfOf(response, { bytes: whole, end: cut, signal });
    }
    const text = request.operation === 'subscribe' ? new TextDecoder().decode(whole) : undefined;
    const delivered = text === undefined ? undefined : this.conditions.deliver(text);
    if (status === 200) events.answered(request, delivered ?? '');
    else events.failed(request);
    return new Response(BODILESS.has(status) ? null : (delivered ?? whole), { status, headers });
  }
}

interface Passing {
  readonly request: TestRequest;
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly cut: 'stall' | 'truncated' | undefined;
  readonly signal: AbortSignal;
}

function alive<T>(call: OpenCall, settle: (value: T) => void): (value: T) => void {
  return (value) => {
    if (!call.dead) settle(value);
  };
}

// What takes the place of the origin's answer; nothing where the origin does its work first.
async function happening(fault: Fault | undefined, call: OpenCall): Promise<Response | undefined> {
  if (fault === 'refused') throw connectionError('ECONNREFUSED');
  if (fault === 'reset') throw connectionError('ECONNRESET');
  if (fault === 'hang') {
    call.resting = true;
    return new Promise<never>(() => undefined);
  }
  return fault === undefined || fault === 'stall' || fault === 'truncated' ? undefined : answerOf(fault);
}
