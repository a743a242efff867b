import type { Clock } from '../protocol/clock.ts';
import { Conditions, pause } from './conditions.ts';
import { answerOf, BODILESS, connectionError, halfOf, nameOfFault, tokenExpired } from './fault-answers.ts';
import { type Fault, FaultScript } from './faults.ts';
import type { Observer } from './observer.ts';
import { RequestReader, type TestRequest } from './test-request.ts';
import type { Exchange, Transcript } from './transcript.ts';

/** The parts that a wire connects. */
export interface WireParts {
  readonly clock: Clock;
  readonly transcript: Transcript;
  readonly observer: Observer;
  /** Called when a request came, was answered, or was given up. */
  readonly changed: () => void;
}

/** Where a request goes. */
export interface Route {
  /** Sends it on to the origin. The signal aborts when the answer is of no use any more. */
  readonly forward: (signal: AbortSignal) => Promise<Response>;
  /** Its client reports what it delivers. @default false */
  readonly reports?: boolean;
}

interface OpenCall extends Exchange {
  /** It goes on only when time passes, or something is published. */
  resting: boolean;
  /** Its connection is lost, and the client cannot know. */
  dead: boolean;
  /** Ends it, with an answer or an error. */
  end(how: Response | Error): void;
  /** Aborts the work of the origin. */
  readonly controller: AbortController;
}

/** The only way between clients and origin: every request passes here, is recorded, and can be made to fail. */
export class Wire {
  readonly conditions = new Conditions();
  readonly faults = new FaultScript();
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

  /** `true` while a request is under way that needs neither time nor a message to go on. */
  get busy(): boolean {
    return [...this.#open].some(({ resting, dead }) => !resting && !dead);
  }

  /** Ends the requests under way for which `how` returns an end. */
  cut(how: (request: TestRequest) => Response | Error | undefined): void {
    for (const call of [...this.#open]) {
      const end = how(call.request);
      if (!end) continue;
      this.#parts.observer.failed(call.request);
      call.end(end);
    }
  }

  /** All connections are lost, and no client knows. */
  lose(): void {
    for (const call of this.#open) {
      call.dead = true;
      call.entry.outcome = 'lost';
      call.controller.abort();
    }
  }

  /** Answers a request as `fetch` does: rejects when there is no connection, or when its signal aborts. */
  async fetch(input: Request, route: Route): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const call = this.#begin(input, (how) => (how instanceof Error ? reject(how) : resolve(how)));
    const { entry, controller } = call;
    // At once: a test that aborts a request may look at its effects in the next line.
    const abort = () => {
      reject(input.signal.reason);
      controller.abort();
    };
    input.signal.addEventListener('abort', abort);
    if (input.signal.aborted) abort();
    else this.#answer(input, call, route).then(alive(call, resolve), alive(call, reject));
    try {
      const response = await promise;
      if (entry.outcome === 'open') entry.outcome = String(response.status);
      return response;
    } catch (error) {
      if (entry.outcome === 'open') entry.outcome = input.signal.aborted ? 'aborted' : 'reset';
      this.#parts.observer.failed(call.request);
      throw error;
    } finally {
      input.signal.removeEventListener('abort', abort);
      this.#open.delete(call);
      controller.abort();
      this.#parts.changed();
    }
  }

  #begin(input: Request, end: OpenCall['end']): OpenCall {
    const { transcript, clock, changed } = this.#parts;
    const exchange = transcript.open(this.#reader.read(input), clock.now());
    const call = { ...exchange, end, resting: false, dead: false, controller: new AbortController() };
    this.#open.add(call);
    changed();
    return call;
  }

  async #answer(input: Request, call: OpenCall, { forward, reports = false }: Route): Promise<Response> {
    const { request, entry, controller } = call;
    const { conditions } = this;
    const { observer, clock } = this.#parts;
    const refusal = observer.opened(request);
    if (refusal) return refusal;
    const good = conditions.accepts(request.token);
    const fault = conditions.offline
      ? 'refused'
      : this.faults.take(request, (message, cause) => observer.broken(message, cause));
    if (fault !== undefined) entry.outcome = nameOfFault(fault);
    if (conditions.delay > 0) {
      call.resting = true;
      await pause(clock, conditions.delay, controller.signal);
      controller.signal.throwIfAborted();
      call.resting = false;
    }
    const instead = fault === undefined && !good ? tokenExpired() : await outcomeOf(fault, call);
    if (instead) {
      observer.failed(request);
      return instead;
    }
    observer.reached(request);
    const { operation, handshake } = request;
    call.resting = (operation === 'subscribe' && !handshake) || operation === 'stream';
    const response = await forward(controller.signal);
    call.resting = false;
    // The other faults have ended the request.
    const cut = fault === 'stall' || fault === 'truncated' ? fault : undefined;
    const whole = new Uint8Array(await response.arrayBuffer());
    controller.signal.throwIfAborted();
    return this.#pass(response, { request, whole, cut, reports, signal: input.signal });
  }

  async #pass(response: Response, passing: Passing): Promise<Response> {
    const { request, whole, cut, reports, signal } = passing;
    const { status, headers } = response;
    const { observer } = this.#parts;
    if (cut) {
      observer.failed(request);
      return halfOf(response, { bytes: whole, end: cut, signal });
    }
    const text = request.operation === 'subscribe' ? new TextDecoder().decode(whole) : undefined;
    const offered = request.handshake ? text?.replace(FEED, '') : text;
    const delivered = offered === undefined ? undefined : this.conditions.deliver(offered);
    if (status === 200) await observer.answered(request, delivered ?? '', reports);
    else observer.failed(request);
    return new Response(BODILESS.has(status) ? null : (delivered ?? whole), { status, headers });
  }
}

// Answers pass as a whole here, which a stream never is: a client that may choose polls.
const FEED = /,"s":1(?=[,}])/;

interface Passing {
  readonly request: TestRequest;
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly cut: 'stall' | 'truncated' | undefined;
  readonly reports: boolean;
  readonly signal: AbortSignal;
}

function alive<T>(call: OpenCall, settle: (value: T) => void): (value: T) => void {
  return (value) => {
    if (!call.dead) settle(value);
  };
}

// The answer in place of the origin's; `undefined` if the origin does its work first.
async function outcomeOf(fault: Fault | undefined, call: OpenCall): Promise<Response | undefined> {
  if (fault === 'refused') throw connectionError('ECONNREFUSED');
  if (fault === 'reset') throw connectionError('ECONNRESET');
  if (fault === 'hang') {
    call.resting = true;
    return new Promise<never>(() => undefined);
  }
  return fault === undefined || fault === 'stall' || fault === 'truncated' ? undefined : answerOf(fault);
}
