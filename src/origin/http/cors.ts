import type { Answer } from './answer.ts';
import { balancerRefusal } from './refusals.ts';
import type { OriginRequest } from './request.ts';

/** Web origins that may call, as browsers spell them (`https://example.com`); `'*'` is all of them. */
export type AllowOrigin = '*' | readonly string[];

const METHODS = 'GET, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_SECONDS = '600';

type Headers = Readonly<Record<string, string>>;

/**
 * The headers that let a browser's page read the answer. Throws a `Refusal` for a page that may not call at all: most
 * writes are GET requests, which browsers send before they ask.
 */
export function corsHeaders(request: OriginRequest, allow: AllowOrigin): Headers {
  if (allow === '*') return { 'access-control-allow-origin': '*' };
  const page = request.header('origin');
  if (page === undefined || isOwnPage(page, request.header('host'))) return { vary: 'Origin' };
  if (!allow.includes(page)) throw balancerRefusal(403, 'Origin Not Allowed', { vary: 'Origin' });
  return { 'access-control-allow-origin': page, vary: 'Origin' };
}

/** The answer to a browser's preflight request. */
export function preflight(request: OriginRequest): Answer {
  const wanted = request.header('access-control-request-headers');
  return {
    status: 204,
    contentType: '',
    body: '',
    headers: {
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': wanted ?? '*',
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
  };
}

function isOwnPage(page: string, host: string | undefined): boolean {
  return host !== undefined && (page === `http://${host}` || page === `https://${host}`);
}
