import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../protocol/clock.ts';
import type { Answer } from '../http/answer.ts';
import { targetOf } from '../http/fetch.ts';
import { balancerRefusal } from '../http/refusals.ts';
import type { Origin } from '../origin.ts';
import { isLocalHost } from './hosts.ts';
import { RequestInterruption } from './request-interruption.ts';

const NO_BODY = new Uint8Array();
const NO_CONTENT = 204;
const HOST = /^[\w.:[\]-]+$/;
const BODY_MS = 30_000;
// Slower than this a large body need not come.
const BYTES_PER_MS = 40;
// How much of a body is read, in times of what is allowed.
const PATIENCE = 4;

/** What a listener needs to know. */
export interface ListenerOptions {
  readonly origin: Origin;
  readonly clock: Clock;
  /** `Host` names that are served; `undefined` when any is. */
  readonly hosts: readonly string[] | undefined;
}

/** Answers the requests of one server, and can end them all. */
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

  /** Answers what is parked now, and resolves when all answers are written. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#open.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    for (const interruption of this.#open.values()) interruption.abort();
    await idle;
  }

  async #answer(request: IncomingMessage, interruption: RequestInterruption): Promise<Answer> {
    const { origin, clock, hosts } = this.#options;
    const { headers, method = 'GET', url = '/' } = request;
    if (hosts && !isLocalHost(headers.host, hosts)) {
      const message = 'Host Not Allowed: this server answers to local names only; list others in allowHosts';
      return balancerRefusal(403, message).answer;
    }
    const line = { method, target: url.startsWith('/') ? url : targetOf(url) };
    const body = hasBody(request) ? await readBody(request, origin.bodyLimit(line), clock) : NO_BODY;
    if (body === 'late') return balancerRefusal(408, 'Request Timeout').answer;
    return origin.handle({
      ...line,
      base: baseOf(request),
      header: (name) => textOf(headers[name]),
      body,
      interruption,
    });
  }

  #write(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    const { status, contentType, body, bytes = body, headers } = answer;
    // An array of names and values is written as it is, without a header object on the way.
    const lines: string[] = [];
    if (headers?.['cache-control'] === undefined) lines.push('cache-control', 'no-cache');
    if (status !== NO_CONTENT) lines.push('content-length', String(Buffer.byteLength(bytes)));
    if (contentType !== '') lines.push('content-type', contentType);
    for (const [name, value] of Object.entries(headers ?? {})) lines.push(name, value);
    // What is left of a body that was too large is not read: the connection cannot be used again.
    if (this.#closing || isCut(request)) lines.push('connection', 'close');
    response.sendDate = false;
    response.writeHead(status, lines);
    // As a string it leaves in one piece with the headers.
    response.end(bytes);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

// Keeps just above the limit, which the origin answers. The rest of a body that is not much larger is read and thrown
// away: clients that are still sending when the answer comes see a broken connection instead.
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
      if (size > PATIENCE * maxBytes) finish(Buffer.concat(chunks));
    });
    request.once('end', () => finish(Buffer.concat(chunks)));
    request.once('error', fail);
    request.once('close', () => fail(new Error('The client hung up.')));
  });
}

// Reading has begun and was given up. Node itself throws away a body that nobody has looked at.
function isCut(request: IncomingMessage): boolean {
  return request.readableFlowing === false && !request.complete;
}

// A proxy in front has to pass the client's `Host` on, and says so when it ends TLS.
function baseOf({ headers }: IncomingMessage): string | undefined {
  const { host } = headers;
  if (host === undefined || !HOST.test(host)) return undefined;
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${host}`;
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}
