import { type FetchTransportOptions, readFetchOptions, transportOver } from './over-fetch.ts';
import type { Transport } from './transport.ts';

/**
 * The transport over `fetch`, 9 kB smaller than the one over ky, with the same behaviour. Throws `PN-1007` for wrong options.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const { fetch } = readFetchOptions('fetchTransport', options);
  return transportOver((url, init) => {
    // Streams go out while the answer comes in, or not at all.
    const whole = { ...init, ...(init.body instanceof ReadableStream && { duplex: 'half' }) };
    return fetch ? fetch(new Request(url, whole)) : globalThis.fetch(url, whole);
  });
}
