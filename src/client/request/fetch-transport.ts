import { type FetchTransportOptions, readFetchOptions, transportOver } from './over-fetch.ts';
import type { Transport } from './transport.ts';

/**
 * The transport over the runtime's `fetch`, or over the one that is given: for programs that count bytes, since it behaves
 * as the one over ky and does not bring ky along. `docs/how-to/small-bundles.md` says what each weighs. Throws `PN-1007` for
 * wrong options.
 *
 * @example
 * ```ts
 * import { fetchTransport, PubNub } from 'timetoken/core';
 *
 * const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', transport: fetchTransport() });
 * ```
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const { fetch } = readFetchOptions('fetchTransport', options);
  return transportOver((url, init) => {
    // Streams go out while the answer comes in, or not at all.
    const whole = { ...init, ...(init.body instanceof ReadableStream && { duplex: 'half' }) };
    return fetch ? fetch(new Request(url, whole)) : globalThis.fetch(url, whole);
  });
}
