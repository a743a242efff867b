/**
 * A test network behind [msw](https://mswjs.io) 3, for code that makes its own client.
 *
 * @module
 */
import { http, type RequestHandler } from 'msw';
import { addressOf } from './addresses.ts';
import type { TestNetwork } from './network.ts';

/** PubNub's own origins. */
const PUBNUB = /^https?:\/\/ps\d*\.pndsn\.com(?::\d+)?\//;

/**
 * The handlers that lead to a network: they answer for `ps.pndsn.com`, `ps1.pndsn.com` and so on, with either scheme and
 * any port, and for the network's option `origins`. Throws a `TypeError` if `network` is not one.
 *
 * @example
 * ```ts fragment
 * import { setupServer } from 'msw/node';
 * import { createTestNetwork } from 'timetoken/testing';
 * import { handlers } from 'timetoken/testing/msw';
 *
 * const network = createTestNetwork();
 * const server = setupServer(...handlers(network));
 * ```
 */
export function handlers(network: TestNetwork): RequestHandler[] {
  const { fetch, origins } = networkOf(network);
  const resolve = async ({ request }: { readonly request: Request }): Promise<Response> => {
    try {
      return await fetch(request);
    } catch {
      // A failed fetch. msw prints an error of its own if it is given the reason.
      return Response.error();
    }
  };
  return [PUBNUB, ...origins.map(patternOf)].map((pattern) => http.all(pattern, resolve));
}

// A test in plain JavaScript may pass anything, for example the options of a client.
function networkOf(network: TestNetwork): TestNetwork {
  const { fetch, origins } = Object(network);
  if (typeof fetch === 'function' && Array.isArray(origins)) return network;
  throw new TypeError('handlers() needs a test network: handlers(network), of createTestNetwork().');
}

// Without a scheme, both match, as for the option `origin` of a client.
function patternOf(origin: string): RegExp {
  // The network has checked them.
  const { scheme = 'https?', host = '' } = addressOf(origin) ?? {};
  return new RegExp(`^${scheme}://${escaped(host)}/`, 'i');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
