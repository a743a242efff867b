import http from 'node:http';
import https from 'node:https';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { factoryOptions, type OptionTable } from '../client/builder/read-options.ts';
import type { Param } from '../client/endpoint.ts';
import {
  MAX_RESPONSE_BYTES,
  RESPONSE_TOO_LARGE,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../client/request/transport.ts';
import { type Upload, uploadOf } from '../client/request/upload.ts';
import { unpacked } from './unpack.ts';

/** Options of `nodeTransport()`. */
export interface NodeTransportOptions {
  /** Open connections to one origin, at most. @default Infinity */
  readonly maxSockets?: number;
  /** Milliseconds that an idle connection is kept, above 0, unless the server asks for less; `Infinity` for no limit. @default 30000 */
  readonly idleTimeout?: number;
  /** Bytes of an answer, decompressed, at most. A downloaded file may be larger. @default 16777216 */
  readonly maxResponseBytes?: number;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;

// Not taken from the checks of parameters: that module would load the checks of all calls.
function option(be: string, passes: (value: unknown) => boolean): Param<false> {
  return { required: false, kind: 'value', check: (value) => (passes(value) ? undefined : `must ${be}`) };
}

const amount = option(
  'be a whole number, one or more, or Infinity for no limit',
  (value) => (Number.isInteger(value) && Number(value) > 0) || value === NO_LIMIT,
);

const OPTIONS: OptionTable<NodeTransportOptions> = Object.freeze({
  maxSockets: amount,
  idleTimeout: option(
    'be a number of milliseconds above 0, or Infinity for no limit',
    (value) => typeof value === 'number' && value > 0,
  ),
  maxResponseBytes: amount,
});

/** Deno sends a request again by itself when a kept connection breaks, and tells of the last attempt only. */
const REPEATS = 'deno' in process.versions;

/** The longest delay of a timer. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * A transport over keep-alive `node:http` and `node:https`, which msw, nock and tracing tools see as well. Each call makes
 * a transport with connections of its own. It decompresses answers: gzip, deflate, Brotli, and Zstandard where Node has
 * it. Throws a `PubNubError` (`PN-1007`) for invalid options.
 */
export function nodeTransport(options: NodeTransportOptions = {}): Transport {
  const {
    maxSockets = NO_LIMIT,
    idleTimeout = 30_000,
    maxResponseBytes = MAX_RESPONSE_BYTES,
  } = factoryOptions('nodeTransport', options, OPTIONS);
  // The most recently used connection is the least likely to have been closed by the other side.
  const timeout = idleTimeout > MAX_DELAY ? 0 : idleTimeout;
  const settings = { keepAlive: true, maxSockets, timeout, scheduling: 'lifo' } as const;
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) };
  // Each origin is parsed once. Paths are sent unchanged.
  const targets = new Map<string, Target>();
  return (request) => {
    const slash = request.url.indexOf('/', 'https://'.length);
    const base = request.url.slice(0, slash);
    let target = targets.get(base);
    if (!target) {
      target = targetOf(new URL(base), agents);
      targets.set(base, target);
    }
    const path = request.url.slice(slash);
    if (typeof request.body === 'object') return sendUpload(target, request, { path, maxResponseBytes });
    return exchange(target, request, { path, maxResponseBytes });
  };
}

/** The server of requests. `request` is looked up in `module` at each call, so that patches of `node:http` take effect. */
interface Target {
  readonly module: Pick<typeof http, 'request'>;
  readonly options: http.RequestOptions;
}

function targetOf(
  url: URL,
  agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent },
): Target {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const protocol = secure ? 'https:' : 'http:';
  return { module: secure ? https : http, options: { protocol, host, port, agent: agents[protocol] } };
}

interface Exchange {
  readonly path: string;
  readonly maxResponseBytes: number;
  readonly upload?: Upload;
}

/** Sends a request with a body of bytes, and ends the source of the body with the request. */
async function sendUpload(
  target: Target,
  request: TransportRequest,
  more: Exchange,
): Promise<TransportResponse> {
  const { body, headers } = request;
  if (typeof body !== 'object') return exchange(target, request, more);
  const upload = uploadOf(body, request);
  try {
    const all = { ...headers, 'content-length': String(body.size) };
    return await exchange(target, { ...request, headers: all }, { ...more, upload });
  } finally {
    upload.end();
  }
}

function exchange(
  { module, options }: Target,
  { method, headers, body, signal, accept }: TransportRequest,
  { path, maxResponseBytes, upload }: Exchange,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = module.request({ ...options, method, path, headers });
    let answer: { readonly incoming: http.IncomingMessage; readonly body: Readable } | undefined;
    const abort = () => {
      const error = new Error('The request was aborted.', { cause: signal.reason });
      outgoing.destroy(error);
      // The answer may have arrived completely, without being read.
      answer?.body.destroy(error);
    };
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    outgoing.on('error', (error) => {
      // An error after the whole answer does not change it.
      if (!answer?.incoming.complete)
        settle(() => reject(REPEATS ? Object.assign(error, { maybeSent: true }) : error));
    });
    // The client never asks for another protocol.
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      settle(() => reject(new Error('The server answered with another protocol.')));
    });
    outgoing.on('response', (incoming) => {
      const body = unpacked(incoming);
      answer = { incoming, body };
      if (accept && isSuccess(incoming)) {
        body.on('close', () => settle(() => undefined));
        resolve({ ...responseOf(incoming, ''), stream: streamOf(body), redirected: false });
        return;
      }
      read(body, maxResponseBytes).then(
        (text) => {
          settle(() => resolve(responseOf(incoming, text)));
          // The server has answered before the end of the upload: the rest is of no use.
          if (upload && !outgoing.writableFinished) outgoing.destroy();
        },
        (error: unknown) => settle(() => reject(error)),
      );
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    // Without an upload, the body is a string or absent.
    if (!upload) outgoing.end(body);
    else pipeline(upload.stream, outgoing).catch((error: unknown) => settle(() => reject(error)));
  });
}

function isSuccess({ statusCode = 0 }: http.IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function streamOf(body: Readable): ReadableStream<Uint8Array> {
  // Node's type of a web stream describes the same objects.
  return Readable.toWeb(body) as ReadableStream<Uint8Array>;
}

function responseOf(incoming: http.IncomingMessage, body: string): TransportResponse {
  return {
    status: incoming.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = incoming.headers[name];
        return value === undefined ? null : String(value);
      },
    },
    body,
  };
}

function read(body: Readable, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > limit) body.destroy(tooLarge(limit));
    });
    body.on('error', reject);
    body.on('end', () => {
      const [first] = chunks;
      resolve(decode(chunks.length === 1 && first ? first : Buffer.concat(chunks)));
    });
  });
}

function tooLarge(limit: number): Error {
  const error = new Error(`The answer is larger than ${limit} bytes.`);
  return Object.assign(error, { code: RESPONSE_TOO_LARGE });
}

// A byte order mark is not part of the text.
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
