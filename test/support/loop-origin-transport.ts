import type { Transport } from '../../src/client/request/transport.ts';
import { interruptionOf } from '../../src/origin/http/fetch.ts';
import type { Origin } from '../../src/origin/index.ts';

const NO_BODY = new Uint8Array();

/** A transport straight into an origin: no sockets, and nothing that takes time by itself. */
export function originTransport(origin: Origin): Transport {
  return async ({ method, url, headers, body, signal }) => {
    signal.throwIfAborted();
    const answer = await origin.handle({
      method,
      target: url.slice(new URL(url).origin.length),
      header: (name) => headers[name],
      body: typeof body === 'string' ? new TextEncoder().encode(body) : NO_BODY,
      interruption: interruptionOf(signal),
    });
    signal.throwIfAborted();
    return { status: answer.status, headers: new Headers(answer.headers), body: answer.body };
  };
}
