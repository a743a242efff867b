import ky from 'ky';
import { MAX_RESPONSE_BYTES, RESPONSE_TOO_LARGE, type Transport } from './transport.ts';

/** The type of `fetch`, as far as the client needs it. */
export type Fetch = (input: Request, init?: RequestInit) => Promise<Response>;

/**
 * The default transport: ky over `fetch`. Without a `fetch` of its own it looks up `globalThis.fetch` at each call, so
 * that msw, nock and tracing tools take effect without set-up.
 */
export function fetchTransport(fetch?: Fetch): Transport {
  // What ky would do by itself (retry, deadlines, throwing) is the client's business, and there visible.
  const client = ky.create({
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    redirect: 'manual',
    ...(fetch && { fetch: (input, init) => fetch(asRequest(input), init) }),
  });
  return async ({ url, method, headers, body, signal }) => {
    const response = await client(url, { method, headers, signal, ...(body !== undefined && { body }) });
    // A browser hides the status of a redirect that it does not follow.
    const status = response.type === 'opaqueredirect' ? 307 : response.status;
    return { status, headers: response.headers, body: await readText(response) };
  };
}

function asRequest(input: Request | URL | string): Request {
  return input instanceof Request ? input : new Request(input);
}

// A stated, uncompressed length can be trusted; anything else is counted while it is read.
async function readText(response: Response): Promise<string> {
  const length = response.headers.get('content-length');
  const plain = length !== null && !response.headers.has('content-encoding');
  if (plain && Number(length) <= MAX_RESPONSE_BYTES) return response.text();
  if (response.body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(): Error {
  const error = new Error(`The answer is larger than ${MAX_RESPONSE_BYTES} bytes.`);
  return Object.assign(error, { code: RESPONSE_TOO_LARGE });
}
