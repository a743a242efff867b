import type { Answer } from './answer.ts';
import { isLocalHost } from './local-host.ts';
import type { OriginRequest } from './request.ts';

/**
 * Web origins that may call, as browsers spell them (`https://example.com`). In a list, `'loopback'` stands for the pages
 * of this machine, on any port, and `'null'` for pages without an origin (files, sandboxes). `'*'` is all of them.
 */
export type AllowOrigin = '*' | readonly string[];

const METHODS = 'GET, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_SECONDS = '600';
const ALL = Object.freeze({ 'access-control-allow-origin': '*' });
const NO_PAGE = Object.freeze({ vary: 'Origin' });
const LOOPBACK = 'loopback';
const ORIGIN = /^([a-z][a-z\d+.-]*:\/\/[^/?#\s]*|null|loopback)$/;
const PAGE = /^https?:\/\/([^/?#]+)$/;

/** Throws a `TypeError` on an option that would never match a page, or too many. */
export function checkAllowOrigin(name: string, allow: unknown): void {
  if (allow === undefined || allow === '*') return;
  if (!Array.isArray(allow)) throw new TypeError(`${name} must be '*' or a list of web origins.`);
  const wrong: unknown = allow.find((page) => typeof page !== 'string' || !ORIGIN.test(page));
  if (wrong === undefined) return;
  throw new TypeError(
    `${name} must have web origins such as https://example.com, without a path, not ${JSON.stringify(wrong)}.`,
  );
}

/**
 * The headers that let a page read the answer; `undefined` for a page that may not call at all. Such a request must not be
 * carried out: most writes are GET requests, which browsers send without a preflight, and for images also without `Origin`.
 */
export function corsHeaders(request: OriginRequest, allow: AllowOrigin): Answer['headers'] {
  if (allow === '*') return ALL;
  const page = request.header('origin');
  if (page === undefined) return mayOmitOrigin(request, allow) ? NO_PAGE : undefined;
  if (isOwnPage(page, request.header('host'))) return NO_PAGE;
  if (!isAllowed(page, allow)) return undefined;
  return {
    'access-control-allow-origin': page,
    // A page of a public address asks before it calls a private one.
    ...(request.header('access-control-request-private-network') === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
    vary: 'Origin',
  };
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

// Browsers send images, links and forms of other pages without `Origin`, and say so in this header; other clients have
// neither. A page of the same site differs in its port, or in its name: on this machine it is a page of this machine.
function mayOmitOrigin(request: OriginRequest, allow: readonly string[]): boolean {
  const site = request.header('sec-fetch-site');
  if (site === 'same-site') return allow.includes(LOOPBACK) && isLocalHost(request.header('host'), []);
  return site !== 'cross-site';
}

function isAllowed(page: string, allow: readonly string[]): boolean {
  if (page === LOOPBACK) return false;
  return allow.includes(page) || (allow.includes(LOOPBACK) && isLocalPage(page));
}

function isOwnPage(page: string, host: string | undefined): boolean {
  return host !== undefined && (page === `http://${host}` || page === `https://${host}`);
}

function isLocalPage(page: string): boolean {
  return isLocalHost(PAGE.exec(page)?.[1], []);
}
