import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';

/** An answer over HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP/2 connection to a server on this machine. */
export class Http2Client {
  readonly session: ClientHttp2Session;
  readonly closed: Promise<void>;

  constructor(url: string, ca?: string) {
    // The tests check elsewhere that a client with the certificate trusts the server.
    this.session = connect(url, { ca, servername: 'localhost', rejectUnauthorized: ca !== undefined });
    this.session.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.session.once('close', () => resolve()));
  }

  /** Sends a request. Rejects when its stream is reset. */
  call(headers: Readonly<Record<string, string>>, body?: string | Uint8Array): Promise<Http2Answer> {
    return this.open(headers, body).answer;
  }

  /** As `call`, with its stream. */
  open(headers: Readonly<Record<string, string>>, body?: string | Uint8Array) {
    const stream = this.session.request(headers, { endStream: body === undefined });
    const answer = new Promise<Http2Answer>((resolve, reject) => {
      let text = '';
      let received: IncomingHttpHeaders = {};
      stream.setEncoding('utf8');
      stream.on('response', (given) => {
        received = given;
      });
      stream.on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('error', reject);
      stream.on('end', () => {
        if (stream.rstCode === 0) resolve({ status: Number(received[':status']), headers: received, text });
      });
      stream.on('close', () => reject(new Error(`The stream was reset with ${stream.rstCode}.`)));
    });
    answer.catch(() => undefined);
    if (body !== undefined) stream.end(body);
    return { stream, answer };
  }

  close(): void {
    this.session.destroy();
  }
}

/** Types of frames. */
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** A client that writes HTTP/2 frames by itself, whatever the protocol allows. */
export class FrameClient {
  readonly socket: TLSSocket;
  readonly closed: Promise<void>;
  readonly ready: Promise<void>;
  /** The types of the frames that came, with their streams and payloads. */
  readonly frames: { readonly type: number; readonly stream: number; readonly payload: Buffer }[] = [];
  #rest = Buffer.alloc(0);

  constructor(port: number, options: { readonly reads?: boolean } = {}) {
    this.socket = tlsConnect({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    if (options.reads !== false) this.socket.on('data', (chunk) => this.#read(chunk));
    this.ready = new Promise((resolve) => {
      this.socket.once('secureConnect', () => {
        this.socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        this.socket.write(frame(FRAME.settings, 0, 0));
        resolve();
      });
    });
  }

  write(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  #read(chunk: Buffer): void {
    let rest = Buffer.concat([this.#rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      this.frames.push({
        type: rest.readUInt8(3),
        stream: rest.readUInt32BE(5),
        payload: rest.subarray(9, end),
      });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }
}

/** One frame. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The block of a request's headers, without compression. */
export function headerBlock(path: string, more: Readonly<Record<string, string>> = {}): Buffer {
  const headers = { ':method': 'GET', ':scheme': 'https', ':path': path, ':authority': 'localhost', ...more };
  const text = (value: string) => Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat(
    Object.entries(headers).map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)])),
  );
}

// A length in seven bits, or in more bytes.
function integer(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
