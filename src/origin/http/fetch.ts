import type { Answer } from './answer.ts';
import { FetchedBody, readUpTo } from './body.ts';
import type { OpenRequest } from './dispatch.ts';
import { PromisedReply } from './held.ts';
import type { Interruption, OriginRequest, RequestLine } from './request.ts';

const NO_BODY = new Uint8Array();
// Statuses whose responses may not have a body, not even an empty one.
const BODILESS = new Set([204, 205, 304]);

/**
 * The standard fetch handler of an origin. It rejects, as `fetch` does, when the request's signal aborts. The second
 * argument counts only with a URL: with a `Request`, servers pass values of their own there.
 */
export function fetchHandler(open: (line: RequestLine) => OpenRequest) {
  return async (input: Request | string | URL, init?: unknown): Promise<Response> => {
    const request =
      typeof input === 'string' || input instanceof URL ? new Request(input, optionsOf(init)) : input;
    request.signal.throwIfAborted();
    const line = { method: request.method, target: targetOf(request.url) };
    const opened = open(line);
    const body =
      opened.streamsBody && request.body ? new FetchedBody(request.body, request.signal) : undefined;
    const plain = await plainRequest(request, line, body ?? opened.bodyLimit);
    request.signal.throwIfAborted();
    const response = responseOf(await answerOf(opened, plain));
    request.signal.throwIfAborted();
    body?.throwIfFailed();
    return response;
  };
}

/** The answer to a request. Never rejects. */
export function answerOf(opened: OpenRequest, request: OriginRequest): Promise<Answer> {
  const reply = new PromisedReply(request.interruption);
  opened.answer(request, reply);
  return reply.answer;
}

/** The path and query of an absolute URL as sent: without a fragment, not decoded. */
export function targetOf(url: string): string {
  const authority = url.indexOf('://');
  const start = authority < 0 ? 0 : authority + 3;
  const end = url.slice(start).search(/[/?#]/);
  const target = (end < 0 ? '' : url.slice(start + end)).split('#', 1)[0] ?? '';
  return target.startsWith('/') ? target : `/${target}`;
}

function optionsOf(init: unknown): RequestInit | undefined {
  // With a URL these are the options of `fetch`, which the platform checks.
  return typeof init === 'object' && init !== null ? (init as RequestInit) : undefined;
}

async function plainRequest(
  request: Request,
  line: RequestLine,
  body: FetchedBody | number,
): Promise<OriginRequest> {
  return {
    ...line,
    base: new URL(request.url).origin,
    header: (name) => request.headers.get(name) ?? undefined,
    // One byte more than the limit is enough for a refusal.
    body:
      request.body && typeof body === 'number' ? await readUpTo(request.body, body, request.signal) : NO_BODY,
    ...(typeof body === 'object' && { stream: body }),
    interruption: interruptionOf(request.signal),
  };
}

/** Makes an interruption of a signal. */
export function interruptionOf(signal: AbortSignal): Interruption {
  return {
    get aborted() {
      return signal.aborted;
    },
    onAbort(callback) {
      signal.addEventListener('abort', callback, { once: true });
      return () => signal.removeEventListener('abort', callback);
    },
  };
}

/** Makes a standard response of an answer. */
export function responseOf({ status, contentType, body, stream, headers }: Answer): Response {
  const all = new Headers({ 'cache-control': 'no-cache', ...headers });
  if (contentType !== '') all.set('content-type', contentType);
  return new Response(BODILESS.has(status) ? null : (stream ?? body), { status, headers: all });
}
