import { authorize } from './access/authorize.ts';
import type { Answer } from './http/answer.ts';
import { type AllowOrigin, corsHeaders, preflight } from './http/cors.ts';
import { balancerRefusal, Refusal } from './http/refusals.ts';
import { type OriginRequest, parseTarget, type RequestLine } from './http/request.ts';
import type { Logger } from './logger.ts';
import type { Services } from './routes/route.ts';
import type { Match, Router } from './routes/router.ts';

/** What requests are answered with. */
export interface DispatchOptions extends Services {
  readonly allowOrigin: AllowOrigin;
  readonly logger: Logger | undefined;
  readonly router: Router;
  readonly bodyLimit: (request: RequestLine) => number;
}

interface Handled {
  readonly operation: string;
  readonly answer: Answer;
}

/** Answers requests: finds the route, turns refusals and failures into answers, adds what browsers need. */
export function dispatcher(options: DispatchOptions): (request: OriginRequest) => Promise<Answer> {
  return async (request) => {
    const { operation, answer } = await guarded(options, () => route(request, options));
    const cors = await guarded(options, async () => ({
      operation,
      answer: withCors(request, answer, options),
    }));
    // The path stays out of the log: it holds the message of a GET publish, the query tokens and signatures.
    options.logger?.debug?.('request', { method: request.method, operation, status: cors.answer.status });
    return cors.answer;
  };
}

async function route(request: OriginRequest, services: DispatchOptions): Promise<Handled> {
  // First of all: a page that may not call must not have published by the time it is told so.
  corsHeaders(request, services.allowOrigin);
  if (request.target.length > services.limits.uriBytes) throw balancerRefusal(414, 'Request URI Too Long');
  if (isTooLarge(request, services)) throw balancerRefusal(413, 'Request Entity Too Large');
  if (request.method === 'OPTIONS') return { operation: 'preflight', answer: preflight(request) };
  const target = parseTarget(request.target, services.limits.parameters);
  const match = services.router.match(request.method, target);
  const call = { request, services, query: target.query, segment: match.segment };
  const { operation } = match.route;
  return guarded(
    services,
    async () => {
      if (isRestricted(match, services)) await authorize(match.route.needs(call), call);
      return { operation, answer: await match.route.handle(call) };
    },
    operation,
  );
}

async function guarded(
  { logger }: DispatchOptions,
  run: () => Promise<Handled>,
  operation = 'none',
): Promise<Handled> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return { operation, answer: error.answer };
    logger?.error?.('A request failed.', { operation, error });
    return { operation, answer: balancerRefusal(500, 'Internal Server Error').answer };
  }
}

function isRestricted({ route, segment }: Match, { keysets }: Services): boolean {
  return route.path.includes('{subscribeKey}') && keysets.isRestricted(segment('subscribeKey'));
}

// What an operation takes more of than others, it measures itself.
function isTooLarge(request: OriginRequest, { limits, bodyLimit }: DispatchOptions): boolean {
  return request.body.length > limits.bodyBytes && bodyLimit(request) === limits.bodyBytes;
}

function withCors(request: OriginRequest, answer: Answer, { allowOrigin }: DispatchOptions): Answer {
  return { ...answer, headers: { ...answer.headers, ...corsHeaders(request, allowOrigin) } };
}
