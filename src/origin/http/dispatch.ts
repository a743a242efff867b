import type { OriginLimits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { OriginMetrics } from '../metrics/observer.ts';
import type { Soon } from '../soon.ts';
import { StoreUnavailable } from '../store/store.ts';
import { reasonOf } from '../store-health.ts';
import { type Answer, balancerRefusal, Refusal } from './answer.ts';
import { type AllowOrigin, corsHeaders, preflight } from './cors.ts';
import { type Held, isHeld, type Lasting, type Outlet, type Place, type Reply } from './held.ts';
import type { OriginRequest, RequestLine } from './request.ts';
import { StreamedOutlet } from './streamed-outlet.ts';

/** The operation that a request is for. */
export interface Operation {
  /** Its name in logs. */
  readonly name: string;
  /** Bytes of a body that it reads. An operation with a limit of its own refuses larger bodies itself. */
  readonly bodyBytes: number;
  /** Reads the body as it comes. */
  readonly streamsBody?: boolean;
  /** May throw a `Refusal`, or reject with one. */
  run(request: OriginRequest): Soon<Answer | Held>;
  /** Called when the request has its answer, if it was run; when one that lasts has ended. */
  end?(): void;
  /** Sent in place of an answer with 503. Absent: that one is sent. */
  readonly unavailable?: Answer | undefined;
}

/** A request whose operation has been looked up, before its body is read. */
export interface OpenRequest {
  /** The name of its operation. */
  readonly operation: string;
  /** Bytes of the body that `answer` needs: one more is enough for it to refuse the request. */
  readonly bodyLimit: number;
  /** `true` if `answer` reads the body as it comes. */
  readonly streamsBody: boolean;
  /** Sends the answer to `reply`, now or later. Never throws. */
  answer(request: OriginRequest, reply: Reply): void;
}

/** The parts of a dispatcher. */
export interface DispatchOptions {
  readonly allowOrigin: AllowOrigin;
  readonly limits: OriginLimits;
  readonly logger: Logger | undefined;
  readonly metrics?: OriginMetrics | undefined;
  /** Looks up an operation. Throws a `Refusal` if there is none. */
  find(line: RequestLine): Operation;
}

/** Looks up operations. */
export interface Dispatcher {
  open(line: RequestLine): OpenRequest;
  /** What it has opened before, if the request has kept it. */
  known(line: RequestLine): OpenRequest | undefined;
}

const NO_OPERATION = 'none';
const UNAVAILABLE = 503;

/** Looks up the operation of each request once, turns refusals and failures into answers, and adds CORS headers. */
export function dispatcher(options: DispatchOptions): Dispatcher {
  return {
    open: (line) => new Dispatched(operationOf(line, options), options),
    known: ({ opened }) => (opened instanceof Dispatched && opened.isOf(options) ? opened : undefined),
  };
}

function operationOf(line: RequestLine, { find, limits }: DispatchOptions): Operation {
  const { bodyBytes, uriBytes } = limits;
  const refused = (error: unknown): Operation => ({
    name: NO_OPERATION,
    bodyBytes,
    run() {
      throw error;
    },
  });
  if (line.target.length > uriBytes) return refused(balancerRefusal(414, 'Request URI Too Long'));
  if (line.method === 'OPTIONS') return { name: 'preflight', bodyBytes, run: preflight };
  try {
    return find(line);
  } catch (error) {
    return refused(error);
  }
}

/** One request, from its operation to its answer. */
class Dispatched implements OpenRequest, Place, Outlet {
  readonly #options: DispatchOptions;
  readonly #operation: Operation;
  #name: string;
  #method = '';
  #reply: Reply | undefined;
  /** Of an answer that lasts, until it ends. */
  #outlet: Outlet | undefined;
  #cors: Answer['headers'];
  #isRun = false;

  constructor(operation: Operation, options: DispatchOptions) {
    this.#operation = operation;
    this.#options = options;
    this.#name = operation.name;
  }

  get operation(): string {
    return this.#operation.name;
  }

  /** `true` for a request to the origin with these options. */
  isOf(options: DispatchOptions): boolean {
    return this.#options === options;
  }

  get bodyLimit(): number {
    return this.#operation.bodyBytes;
  }

  get streamsBody(): boolean {
    return this.#operation.streamsBody === true;
  }

  answer(request: OriginRequest, reply: Reply): void {
    this.#reply = reply;
    this.#method = request.method;
    try {
      const { allowOrigin, limits } = this.#options;
      // First of all: a page that may not call must not publish.
      const cors = request.cors === undefined ? corsHeaders(request, allowOrigin) : request.cors;
      this.#cors = cors ?? undefined;
      const refusal = cors ? tooLarge(request, this.#operation, limits) : originNotAllowed();
      if (refusal) this.#refuse(refusal);
      else this.#run(request);
    } catch (error) {
      this.fail(error);
    }
  }

  send(answer: Answer): void {
    const reply = this.#reply;
    if (!reply) return;
    this.#reply = undefined;
    if (this.#isRun) this.#operation.end?.();
    this.#tell(answer);
    const { unavailable } = this.#operation;
    reply.send(answer.status === UNAVAILABLE && unavailable ? unavailable : answer, this.#cors);
  }

  open(head: Answer, held: Lasting): Outlet {
    const reply = this.#reply;
    if (!reply) throw new Error('The request has its answer already.');
    this.#reply = undefined;
    this.#tell(head);
    this.#outlet = reply.open?.(head, held, this.#cors) ?? this.#stream(reply, head, held);
    return this;
  }

  get isLast(): boolean {
    return this.#outlet?.isLast ?? true;
  }

  write(text: string): boolean {
    return this.#outlet?.write(text) ?? true;
  }

  end(): void {
    const outlet = this.#outlet;
    if (!outlet) return;
    this.#outlet = undefined;
    this.#operation.end?.();
    outlet.end();
  }

  fail(error: unknown): void {
    if (this.#outlet) return void this.#break(error);
    if (!this.#reply) return;
    if (error instanceof Refusal) return void this.send(error.answer);
    this.#report(error);
    if (error instanceof StoreUnavailable)
      this.send(balancerRefusal(UNAVAILABLE, 'Service Unavailable', { 'retry-after': '1' }).answer);
    else this.send(balancerRefusal(500, 'Internal Server Error').answer);
  }

  #report(error: unknown): void {
    const { logger, metrics } = this.#options;
    metrics?.failed(reasonOf(error), 'request');
    const { name: operation } = this.#operation;
    if (error instanceof StoreUnavailable) logger?.warn?.('The store is unavailable.', { operation, error });
    else logger?.error?.('A request failed.', { operation, error });
  }

  // The client comes again, and is told then what is wrong.
  #break(error: unknown): void {
    if (!(error instanceof Refusal)) this.#report(error);
    this.end();
  }

  #tell({ status }: Answer): void {
    const { logger, metrics } = this.#options;
    metrics?.answered(this.#name, status);
    // Path and query stay out of the log: they hold messages, tokens and signatures.
    logger?.debug?.('request', { method: this.#method, operation: this.#name, status });
  }

  #stream(reply: Reply, head: Answer, held: Lasting): Outlet {
    const outlet = new StreamedOutlet(held);
    reply.hold(held);
    reply.send({ ...head, stream: outlet.stream, isLasting: true }, this.#cors);
    return outlet;
  }

  #refuse(refusal: Refusal): void {
    this.#name = NO_OPERATION;
    this.send(refusal.answer);
  }

  #run(request: OriginRequest): void {
    this.#isRun = true;
    const result = this.#operation.run(request);
    if (result instanceof Promise)
      void result.then(
        (found) => this.#take(found),
        (error) => this.fail(error),
      );
    else this.#take(result);
  }

  #take(result: Answer | Held): void {
    try {
      if (!isHeld(result)) return void this.send(result);
      result.begin(this);
      this.#reply?.hold(result);
    } catch (error) {
      this.fail(error);
    }
  }
}

function originNotAllowed(): Refusal {
  const message =
    'Origin Not Allowed: this web page may not call; list its origin in allowOrigins (timetoken serve --allow-origin)';
  return balancerRefusal(403, message, { vary: 'Origin' });
}

function tooLarge({ body, target }: OriginRequest, { bodyBytes }: Operation, limits: OriginLimits) {
  const isTooLarge = body.length > limits.bodyBytes && bodyBytes === limits.bodyBytes;
  // A target that is too long is the first error of the two.
  if (!isTooLarge || target.length > limits.uriBytes) return;
  return balancerRefusal(413, 'Request Entity Too Large');
}
