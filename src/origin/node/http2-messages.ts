import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Incoming, Outgoing } from './message.ts';

// Answers that have no body, whatever is written.
const BODILESS = new Set([204, 205, 304]);
// They are about a connection of HTTP/1.1.
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** A request on one stream of an HTTP/2 connection. */
export class StreamRequest implements Incoming {
  readonly httpVersion = '2.0';
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket: ServerHttp2Stream;

  /** `raw` has names and values in turn, those that begin with a colon among them. */
  constructor(stream: ServerHttp2Stream, raw: readonly string[]) {
    const headers: string[] = [];
    const pseudo = new Map<string, string>();
    const hosts = new Set<string>();
    for (let index = 0; index < raw.length; index += 2) {
      const [name = '', value = ''] = [raw[index], raw[index + 1]];
      if (name === ':authority' || name === 'host') hosts.add(value);
      else if (name.startsWith(':')) pseudo.set(name, value);
      else headers.push(name, value);
    }
    // Of two that differ none counts, so that nobody can be taken for another.
    if (hosts.size === 1) headers.push('host', ...hosts);
    this.socket = stream;
    this.method = pseudo.get(':method');
    this.url = pseudo.get(':path');
    this.rawHeaders = headers;
  }

  get headers(): Record<string, string> {
    const joined: Record<string, string> = {};
    const { rawHeaders } = this;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
      joined[name] = name in joined ? `${joined[name]}, ${value}` : value;
    }
    return joined;
  }

  get hasBody(): boolean {
    return !this.socket.endAfterHeaders;
  }

  get complete(): boolean {
    return this.socket.endAfterHeaders || this.socket.readableEnded;
  }

  get readableEnded(): boolean {
    return this.socket.readableEnded;
  }

  get destroyed(): boolean {
    return this.socket.destroyed;
  }

  read(): Buffer | null {
    return this.socket.read();
  }

  pause(): void {
    this.socket.pause();
  }

  // The streams of Node call each listener as its event says: the types of both are those of `Incoming`.
  on(event: 'data' | 'error' | 'readable' | 'end' | 'close', listener: (part: never) => void): void {
    this.socket.on(event, listener as () => void);
  }

  // As above.
  once(event: 'error' | 'end' | 'close', listener: (part: never) => void): void {
    this.socket.once(event, listener as () => void);
  }
}

/** The answer on one stream of an HTTP/2 connection. */
export class StreamResponse implements Outgoing {
  readonly req: StreamRequest;
  readonly socket: ServerHttp2Stream;
  /** Node adds a date to each answer of HTTP/2. */
  sendDate = false;
  #hasBody = true;

  constructor(request: StreamRequest) {
    this.req = request;
    this.socket = request.socket;
  }

  get destroyed(): boolean {
    return this.socket.destroyed || this.socket.closed;
  }

  get headersSent(): boolean {
    return this.socket.headersSent;
  }

  get writableLength(): number {
    return this.socket.writableLength;
  }

  writeHead(status: number, lines: readonly string[]): void {
    if (this.destroyed) return;
    const headers: OutgoingHttpHeaders = { ':status': status };
    for (let index = 0; index < lines.length; index += 2) {
      const [name = '', value = ''] = [lines[index]?.toLowerCase(), lines[index + 1]];
      if (OF_CONNECTIONS.has(name)) continue;
      const before = headers[name];
      headers[name] = before === undefined ? value : `${String(before)}, ${value}`;
    }
    this.#hasBody = !BODILESS.has(status) && this.req.method !== 'HEAD';
    this.socket.respond(headers);
    this.socket.once('finish', () => this.#stopReading());
  }

  flushHeaders(): void {
    // `respond` has sent them.
  }

  write(chunk: Uint8Array): boolean {
    return this.#hasBody && !this.destroyed ? this.socket.write(chunk) : true;
  }

  end(body = '', encoding: 'latin1' | 'utf8' = 'utf8'): void {
    if (this.#hasBody && !this.destroyed) this.socket.end(body, encoding);
  }

  destroy(): void {
    this.socket.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  on(event: 'close' | 'drain', listener: (this: StreamResponse) => void): void {
    this.socket.on(event, () => listener.call(this));
  }

  once(event: 'close', listener: () => void): void {
    this.socket.once(event, listener);
  }

  // The client has its answer: it need not send the rest of a body that nobody reads.
  #stopReading(): void {
    if (!this.req.complete) this.socket.close(constants.NGHTTP2_NO_ERROR);
  }
}
