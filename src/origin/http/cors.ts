import type { Answer } from './answer.ts';
import type { OriginRequest } from './request.ts';

/** Web origins that may call, as browsers spell them (`https://example.com`); `'*'` is all of them. */
export type AllowOrigin = '*' | readonly string[];

const METHODS = 'GET, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_SECONDS = '600';

/**
 * The headers that let a page read the answer; `undefined` for a page that may not call at all. Such a request must not be
 * carried out: most writes are GET requests, which browsers send without a preflight.
 */
export function corsHeaders(request: OriginRequest, allow: AllowOrigin): Answer['headers'] {
  if (allow === '*') return { 'access-control-allow-origin': '*' };
  const page = request.header('origin');
  if (page === undefined || isOwnPage(page, request.header('host'))) return { vary: 'Origin' };
  return allow.includes(page) ? { 'access-control-allow-origin': page, vary: 'Origin' } : undefined;
}

/** The answer to a browser's preflight request. */
export function preflight(request: OriginRequest): Answer {
  const requested = request.header('access-control-request-headers');
  return {
    status: 204,
    contentType: '',
    body: '',
    headers: {
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': requested ?? '*',
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
  };
}

function isOwnPage(page: string, host: string | undefined): boolean {
  return host !== undefined && (page === `http://${host}` || page === `https://${host}`);
}
