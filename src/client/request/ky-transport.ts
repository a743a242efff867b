import ky from 'ky';
import { type FetchTransportOptions, readFetchOptions, transportOver } from './over-fetch.ts';
import type { Transport } from './transport.ts';

/**
 * The transport over ky, the default of `timetoken`. ky calls `fetch`, which tools as msw and nock replace. Throws `PN-1007`
 * for options that are wrong.
 *
 * @example
 * ```ts fragment
 * new PubNub({ subscribeKey: 'demo', userId: 'alice', transport: kyTransport() });
 * ```
 */
export function kyTransport(options: FetchTransportOptions = {}): Transport {
  const { fetch } = readFetchOptions('kyTransport', options);
  // What ky would do by itself (retry, deadlines, throwing) is the client's business, and there visible.
  const client = ky.create({
    ...{ retry: 0, timeout: false, throwHttpErrors: false },
    ...(fetch && { fetch: (input, init) => fetch(asRequest(input), init) }),
  });
  return transportOver((url, init) => client(url, init));
}

function asRequest(input: Request | URL | string): Request {
  return input instanceof Request ? input : new Request(input);
}
