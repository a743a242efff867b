import http from 'node:http';
import https from 'node:https';
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
  /** Connections to one origin that may be open at once. @default Infinity */
  readonly maxSockets?: number;
  /** Milliseconds that an idle connection is kept, above 0, unless the server says less; `Infinity` for no limit. @default 30000 */
  readonly idleTimeout?: number;
  /** Largest answer that is read, in bytes, after it was unpacked. A file that is downloaded may be larger. @default 16777216 */
  readonly maxResponseBytes?: number;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;

// Written out, since the checks of parameters would bring those of all others along.
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

/** The longest time that a timer can have. */
const LONGEST = 2 ** 31 - 1;

/**
 * A transport over keep-alive `node:http` and `node:https`, which msw, nock and tracing tools see as well. Each call makes
 * a transport with connections of its own. Answers that are packed, by gzip, deflate or Brotli, are unpacked. Throws a
 * `PubNubError` (`PN-1007`) for options that are wrong.
 */
export function nodeTransport(options: NodeTransportOptions = {}): Transport {
  const {
    maxSockets = NO_LIMIT,
    idleTimeout = 30_000,
    maxResponseBytes = MAX_RESPONSE_BYTES,
  } = factoryOptions('nodeTransport', options, OPTIONS);
  // The most recently used connection is the least likely to have been closed by the other side.
  const timeout = idleTimeout > LONGEST ? 0 : idleTimeout;
  const settings = { keepAlive: true, maxSockets, timeout, scheduling: 'lifo' } as const;
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) };
  // An origin is parsed once; paths are sent as they are.
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
    if (typeof request.body === 'object') return send(target, request, { path, maxResponseBytes });
    return exchange(target, request, { path, maxResponseBytes });
  };
}

/** Where requests go. The functions are looked up at each call, so that what patches `node:http` takes effect. */
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

/** Sends a body of bytes, and lets whoever makes them know when it is over. */
async function send(target: Target, request: TransportRequest, more: Exchange): Promise<TransportResponse> {
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
      // All of it may have come, and not been read.
      answer?.body.destroy(error);
    };
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    outgoing.on('error', (error) => {
      // What a server says after its answer does not undo it.
      if (!answer?.incoming.complete) settle(() => reject(error));
    });
    // Nothing was asked for that another protocol could follow.
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      settle(() => reject(new Error('The server answered with another protocol.')));
    });
    outgoing.on('response', (incoming) => {
      const body = unpacked(incoming);
      answer = { incoming, body };
      if (accept && isSuccess(incoming)) {
        body.on('close', () => settle(() => undefined));
        resolve({ ...responseOf(incoming, ''), stream: streamOf(body) });
        return;
      }
      read(body, maxResponseBytes).then(
        (text) => {
          settle(() => resolve(responseOf(incoming, text)));
          // Nobody wants the rest of what was refused before its end.
          if (upload && !outgoing.writableFinished) outgoing.destroy();
        },
        (error: unknown) => settle(() => reject(error)),
      );
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    // Without an upload, a body is text or none.
    if (!upload) outgoing.end(body);
    else pipeline(upload.stream, outgoing).catch((error: unknown) => settle(() => reject(error)));
  });
}

function isSuccess({ statusCode = 0 }: http.IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function streamOf(body: Readable): ReadableStream<Uint8Array> {
  // Node's own type of a web stream is the same thing under another name.
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

// A byte order mark is no part of the text.
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
