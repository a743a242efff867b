import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../protocol/clock.ts';
import { type Answer, balancerRefusal } from '../http/answer.ts';
import { targetOf } from '../http/fetch.ts';
import type { Interruption, OriginRequest, RequestLine } from '../http/request.ts';

const NO_BODY: Uint8Array = new Uint8Array();
const NO_CONTENT = 204;
const HOST = /^[\w.:[\]-]+$/;
const BODY_MS = 30_000;
// The lowest rate at which a large body may come.
const BYTES_PER_MS = 40;
// A body is read up to this multiple of its limit.
const MAX_EXCESS = 4;
const LOOPBACK = /^(localhost|(.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An answer whose body may come in parts. */
export interface ServedAnswer extends Answer {
  /** Sent in place of `body`, without a length. An error in it breaks the connection. */
  readonly stream?: ReadableStream<Uint8Array> | null;
}

/** The part of an `Origin` that a server needs. */
export interface ServedOrigin {
  /** A rejection breaks the connection. */
  handle(request: OriginRequest): Promise<ServedAnswer>;
  /** Bytes of a request's body that `handle` reads. */
  bodyLimit(request: RequestLine): number;
}

/** The options of a listener. */
export interface ListenerOptions {
  readonly origin: ServedOrigin;
  readonly clock: Clock;
  /** `Host` names that are served; `undefined` serves all. */
  readonly hosts: readonly string[] | undefined;
}

/** `true` for an address that only the same machine can reach. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** Answers the requests of one server. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #open = new Map<ServerResponse, RequestInterruption>();
  #closing = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** The `request` listener. Never throws. */
  readonly listen = (request: IncomingMessage, response: ServerResponse): void => {
    const interruption = new RequestInterruption();
    this.#open.set(response, interruption);
    if (this.#closing) interruption.abort();
    response.once('close', () => {
      interruption.abort();
      this.#open.delete(response);
      if (this.#open.size === 0) this.#whenIdle?.();
    });
    this.#answer(request, interruption).then(
      (answer) => this.#write(request, response, answer),
      () => response.destroy(),
    );
  };

  /** Answers parked polls, and resolves when all answers are written. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#open.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    for (const interruption of this.#open.values()) interruption.abort();
    await idle;
  }

  async #answer(request: IncomingMessage, interruption: RequestInterruption): Promise<ServedAnswer> {
    const { origin, clock, hosts } = this.#options;
    const { headers, method = 'GET', url = '/' } = request;
    if (hosts && !isLocalHost(headers.host, hosts)) {
      const message = 'Host Not Allowed: this server answers to local names only; list others in allowHosts';
      return balancerRefusal(403, message).answer;
    }
    const plain = {
      method,
      target: url.startsWith('/') ? url : targetOf(url),
      base: baseOf(request),
      header: (name: string) => textOf(headers[name]),
      body: NO_BODY,
      interruption,
    };
    const body = hasBody(request) ? await readBody(request, origin.bodyLimit(plain), clock) : NO_BODY;
    if (body === 'late') return balancerRefusal(408, 'Request Timeout').answer;
    // The same object: the origin has looked up its operation for the limit.
    plain.body = body;
    return origin.handle(plain);
  }

  #write(request: IncomingMessage, response: ServerResponse, answer: ServedAnswer): void {
    if (response.destroyed) return;
    const { status, contentType, body, bytes = body, stream, headers } = answer;
    // Node writes an array of names and values without a header object.
    const lines: string[] = [];
    if (headers?.['cache-control'] === undefined) lines.push('cache-control', 'no-cache');
    if (status !== NO_CONTENT && !stream) lines.push('content-length', String(Buffer.byteLength(bytes)));
    if (contentType !== '') lines.push('content-type', contentType);
    for (const [name, value] of Object.entries(headers ?? {})) lines.push(name, value);
    // The rest of a body that was too large is not read, so the connection cannot be used again.
    if (this.#closing || isCut(request)) lines.push('connection', 'close');
    response.sendDate = false;
    response.writeHead(status, lines);
    // A pipeline that fails has broken the connection.
    if (stream) return void pipeline(stream, response).catch(() => undefined);
    // A string is sent in one piece with the headers.
    response.end(bytes);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

// Keeps one chunk more than the limit, so that the origin refuses the body. The rest is read and dropped up to a multiple
// of the limit: clients that are still sending when the answer comes would see a broken connection.
function readBody(request: IncomingMessage, maxBytes: number, clock: Clock): Promise<Uint8Array | 'late'> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => finish('late'), Math.max(BODY_MS, maxBytes / BYTES_PER_MS));
    const finish = (body: Uint8Array | 'late') => {
      clock.clearTimeout(timer);
      request.pause();
      resolve(body);
    };
    const fail = (error: Error) => {
      clock.clearTimeout(timer);
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      if (size <= maxBytes) chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_EXCESS * maxBytes) finish(Buffer.concat(chunks));
    });
    request.once('end', () => finish(Buffer.concat(chunks)));
    request.once('error', fail);
    request.once('close', () => fail(new Error('The client hung up.')));
  });
}

// Reading began and was stopped. Node itself drops a body that is not read at all.
function isCut(request: IncomingMessage): boolean {
  return request.readableFlowing === false && !request.complete;
}

// A proxy in front passes the client's `Host` on, and reports TLS in a header.
function baseOf({ headers }: IncomingMessage): string | undefined {
  const { host } = headers;
  if (host === undefined || !HOST.test(host)) return undefined;
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${host}`;
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}

/**
 * `true` for a `Host` header that a server on loopback answers. A web page can make its own name resolve to 127.0.0.1 and
 * read the answers; its name stays in this header.
 */
export function isLocalHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return LOOPBACK.test(name) || allowed.some((other) => other === '*' || other.toLowerCase() === name);
}

// Interrupts one request: the client hangs up, or the server closes.
class RequestInterruption implements Interruption {
  #aborted = false;
  #callback: (() => void) | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  onAbort(callback: () => void): () => void {
    this.#callback = callback;
    return () => {
      this.#callback = undefined;
    };
  }

  /** Ends the request if it is parked, or as soon as it parks. */
  abort(): void {
    this.#aborted = true;
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
