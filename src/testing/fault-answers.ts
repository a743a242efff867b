import type { AnswerFault, Fault } from './faults.ts';

/** The name of a fault in transcripts. */
export function nameOfFault(fault: Fault): string {
  return typeof fault === 'string' ? fault : String(fault.status);
}

const ERRNO = { ECONNREFUSED: -111, ECONNRESET: -104 } as const;

/** The error with which Node's `fetch` rejects when there is no answer. */
export function connectionError(code: keyof typeof ERRNO, why = `connect ${code}`): TypeError {
  const cause = Object.assign(new Error(why), { code, errno: ERRNO[code] });
  return new TypeError('fetch failed', { cause });
}

/** Statuses whose responses may not have a body. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

const SCRIPT = { 'content-type': 'text/javascript; charset="UTF-8"' };
const PAGE = '<!doctype html><title>Sign in</title><p>Please sign in to this network.</p>';

/** The answer of a fault, in place of the origin's. */
export function answerOf(fault: 'html' | 'empty' | AnswerFault): Response {
  if (fault === 'empty') return new Response('', { status: 200, headers: SCRIPT });
  if (fault === 'html') return new Response(PAGE, { status: 200, headers: { 'content-type': 'text/html' } });
  const { status, body = errorBody(status), retryAfter } = fault;
  const headers = { ...SCRIPT, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(BODILESS.has(status) ? null : text, { status, headers });
}

/** The answer to a request whose token has expired. */
export function tokenExpired(): Response {
  return answerOf({ status: 403, body: { ...errorBody(403), message: 'Token is expired.' } });
}

/** The answer to a request that the test does not expect. */
export function unexpectedRequest(message: string): Response {
  return answerOf({ status: 400, body: { ...errorBody(400), message, service: 'Test network' } });
}

function errorBody(status: number): object {
  const service = status === 403 ? 'Access Manager' : 'Balancer';
  return { message: MESSAGES[status] ?? 'Error', error: true, service, status };
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  414: 'Request URI Too Long',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** An answer that ends early. */
export interface Cut {
  readonly bytes: Uint8Array;
  readonly end: 'stall' | 'truncated';
  /** The signal of the client's request: as in any `fetch`, the body fails when it aborts. */
  readonly signal: AbortSignal;
}

/** The first half of an answer, after which it stalls or the connection breaks. */
export function halfOf({ status, headers }: Response, { bytes, end, signal }: Cut): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = () => controller.error(signal.reason);
      if (signal.aborted) return fail();
      signal.addEventListener('abort', fail, { once: true });
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      if (half.length > 0) controller.enqueue(half);
    },
    pull(controller) {
      if (end === 'truncated') controller.error(connectionError('ECONNRESET').cause);
      // A stream that stalls is never ready for more.
      return end === 'stall' ? new Promise<void>(() => undefined) : undefined;
    },
  });
  const kept = new Headers(headers);
  kept.delete('content-length');
  return new Response(BODILESS.has(status) ? null : body, { status, headers: kept });
}
