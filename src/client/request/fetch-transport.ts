import { type FetchTransportOptions, readFetchOptions, transportOver } from './over-fetch.ts';
import type { Transport } from './transport.ts';

/**
 * The transport over `fetch` alone, 9 kB smaller than the one over ky. It does the same. Throws `PN-1007` for options that
 * are wrong.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const { fetch } = readFetchOptions('fetchTransport', options);
  return transportOver((url, init) => {
    // Streams go out while the answer comes in, or not at all.
    const whole = { ...init, ...(init.body instanceof ReadableStream && { duplex: 'half' }) };
    return fetch ? fetch(new Request(url, whole)) : globalThis.fetch(url, whole);
  });
}
