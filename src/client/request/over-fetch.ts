import { checkFunction, optional } from '../builder/params.ts';
import { factoryOptions, type OptionTable } from '../builder/read-options.ts';
import {
  type BodyBytes,
  type Fetch,
  MAX_RESPONSE_BYTES,
  RESPONSE_TOO_LARGE,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts';
import { uploadOf } from './upload.ts';

/** Options of the transports over `fetch`. */
export interface FetchTransportOptions {
  /** Replaces `fetch`. @default `globalThis.fetch`, looked up at each call */
  readonly fetch?: Fetch | undefined;
}

const OPTIONS: OptionTable<FetchTransportOptions> = Object.freeze({ fetch: optional(checkFunction) });

/** Checks the options of a transport. */
export function readFetchOptions(caller: string, options: FetchTransportOptions): FetchTransportOptions {
  return factoryOptions(caller, options, OPTIONS);
}

/** Sends one request; resolves with an answer of any status. */
export type Call = (url: string, init: RequestInit) => Promise<Response>;

/** A transport over a function that behaves like `fetch`. */
export function transportOver(call: Call): Transport {
  const exchange: Exchange = async ({ url, method, headers, signal, accept, keepalive }, body) => {
    const response = await call(url, {
      ...{ method, headers, signal },
      ...(body !== undefined && { body }),
      ...(keepalive && { keepalive }),
      // Browsers do not tell where a redirect leads that they do not follow themselves.
      redirect: accept === 'stream' ? 'follow' : 'manual',
    });
    return answerOf(response, accept);
  };
  return (request) => {
    const { body, onProgress } = request;
    if (typeof body !== 'object' || (body instanceof Blob && !onProgress)) return exchange(request, body);
    return send(request, body, exchange);
  };
}

type Exchange = (
  request: TransportRequest,
  body: string | Blob | ReadableStream | undefined,
) => Promise<TransportResponse>;

async function answerOf(response: Response, accept: TransportRequest['accept']): Promise<TransportResponse> {
  const { headers } = response;
  // A browser hides the status of a redirect that it does not follow.
  const status = response.type === 'opaqueredirect' ? 307 : response.status;
  if (accept && response.ok) {
    const stream = response.body ?? new Blob().stream();
    // An answer that a program made has no address, and does not tell what it was made of.
    return { status, headers, body: '', stream, redirected: response.url ? response.redirected : undefined };
  }
  return { status, headers, body: await readText(response) };
}

/** Sends a body of bytes. A stream is sent as it is only with its length: object stores take no other. */
async function send(
  request: TransportRequest,
  body: BodyBytes,
  exchange: Exchange,
): Promise<TransportResponse> {
  const { signal, onProgress } = request;
  const streams = takesLengths();
  const upload = uploadOf(body, { signal, onProgress: streams ? onProgress : undefined });
  try {
    // The wire type of a chunk is narrower than what streams of bytes are declared to hold.
    const stream = upload.stream as ReadableStream;
    if (!streams) return await exchange(request, await new Response(stream).blob());
    const headers = { ...request.headers, 'content-length': String(body.size) };
    return await exchange({ ...request, headers }, stream);
  } finally {
    upload.end();
  }
}

// Browsers drop this header, and stream nothing over HTTP/1.1.
function takesLengths(): boolean {
  const headers = { 'content-length': '1' };
  return new Request('http://localhost', { method: 'POST', headers }).headers.has('content-length');
}

// A stated, uncompressed length can be trusted; anything else is counted while it is read. From another origin, browsers
// show the length and hide the encoding.
async function readText(response: Response): Promise<string> {
  const length = response.headers.get('content-length');
  const plain = length !== null && response.type !== 'cors' && !response.headers.has('content-encoding');
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
