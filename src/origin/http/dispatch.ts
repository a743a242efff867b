import type { OriginLimits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type Answer, balancerRefusal, Refusal } from './answer.ts';
import { type AllowOrigin, corsHeaders, preflight } from './cors.ts';
import type { OriginRequest, RequestLine } from './request.ts';

/** The operation that a request is for. */
export interface Operation {
  /** Its name in logs. */
  readonly name: string;
  /** Bytes of a body that it reads. An operation with a limit of its own refuses larger bodies itself. */
  readonly bodyBytes: number;
  /** Reads the body as it comes. */
  readonly streamsBody?: boolean;
  /** May reject with a `Refusal`. */
  run(request: OriginRequest): Promise<Answer>;
}

/** A request whose operation has been looked up, before its body is read. */
export interface OpenRequest {
  /** Bytes of the body that `answer` needs: one more is enough for it to refuse the request. */
  readonly bodyLimit: number;
  /** `true` if `answer` reads the body as it comes. */
  readonly streamsBody: boolean;
  /** Never rejects. */
  answer(request: OriginRequest): Promise<Answer>;
}

/** The parts of a dispatcher. */
export interface DispatchOptions {
  readonly allowOrigin: AllowOrigin;
  readonly limits: OriginLimits;
  readonly logger: Logger | undefined;
  /** Looks up an operation. Throws a `Refusal` if there is none. */
  find(line: RequestLine): Operation;
}

const NO_OPERATION = 'none';

/** Looks up the operation of each request once, turns refusals and failures into answers, and adds CORS headers. */
export function dispatcher(options: DispatchOptions): (line: RequestLine) => OpenRequest {
  return (line) => {
    const operation = operationOf(line, options);
    return {
      bodyLimit: operation.bodyBytes,
      streamsBody: operation.streamsBody === true,
      answer: (request) =>
        answerTo(request, operation, options).catch((error: unknown) => failed(error, operation, options)),
    };
  };
}

function operationOf(line: RequestLine, { find, limits }: DispatchOptions): Operation {
  const { bodyBytes, uriBytes } = limits;
  const refused = (error: unknown) => ({
    name: NO_OPERATION,
    bodyBytes,
    run: () => Promise.reject(error),
  });
  if (line.target.length > uriBytes) return refused(balancerRefusal(414, 'Request URI Too Long'));
  if (line.method === 'OPTIONS')
    return { name: 'preflight', bodyBytes, run: async (request) => preflight(request) };
  try {
    return find(line);
  } catch (error) {
    return refused(error);
  }
}

async function answerTo(
  request: OriginRequest,
  operation: Operation,
  options: DispatchOptions,
): Promise<Answer> {
  const { allowOrigin, limits, logger } = options;
  // First of all: a page that may not call must not publish.
  const cors = request.cors === undefined ? corsHeaders(request, allowOrigin) : request.cors;
  const refusal = cors ? tooLarge(request, operation, limits) : originNotAllowed();
  const name = refusal ? NO_OPERATION : operation.name;
  const answer = refusal ? refusal.answer : await run(operation, request, options);
  // Path and query stay out of the log: they hold messages, tokens and signatures.
  logger?.debug?.('request', { method: request.method, operation: name, status: answer.status });
  return { ...answer, headers: { ...answer.headers, ...cors } };
}

async function run(operation: Operation, request: OriginRequest, options: DispatchOptions): Promise<Answer> {
  try {
    return await operation.run(request);
  } catch (error) {
    return error instanceof Refusal ? error.answer : failed(error, operation, options);
  }
}

function failed(error: unknown, { name }: Operation, { logger }: DispatchOptions): Answer {
  if (error instanceof StoreUnavailable) {
    logger?.warn?.('The store is unavailable.', { operation: name, error });
    return balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }).answer;
  }
  logger?.error?.('A request failed.', { operation: name, error });
  return balancerRefusal(500, 'Internal Server Error').answer;
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
