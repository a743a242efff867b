import type { Duplex } from 'node:stream';

/**
 * What the answers of a client follow each other on: a connection of HTTP/1.1, or one stream of an HTTP/2 connection. To
 * destroy it ends this and nothing else.
 */
export interface Lane extends Duplex {
  /** The HTTP/2 connection of a stream. */
  readonly session?: { destroy(): void } | undefined;
  /** Bytes that were written to a connection of HTTP/1.1. */
  readonly bytesWritten?: number | undefined;
}

/** A request as it comes, of HTTP/1.1 (`IncomingMessage`) or HTTP/2, with its body. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: Lane;
  /** All of its body has come. */
  readonly complete: boolean;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  /** `false` for HTTP/2 without a body; absent: the headers tell. */
  readonly hasBody?: boolean;
  read(): Buffer | null;
  pause(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'readable' | 'end' | 'close', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'end' | 'close', listener: () => void): unknown;
}

/** The answer to a request, of HTTP/1.1 (`ServerResponse`) or HTTP/2. */
export interface Outgoing {
  readonly req: Pick<Incoming, 'socket' | 'complete'>;
  readonly socket: Lane | null;
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  readonly writableLength: number;
  sendDate: boolean;
  /** HTTP/1.1 alone: `false` for a body without a length whose end is that of the connection. */
  useChunkedEncodingByDefault?: boolean;
  /** The headers are names and values in turn. */
  writeHead(status: number, headers: string[]): unknown;
  /** Sends the head before there is a body. */
  flushHeaders(): unknown;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  end(body: string, encoding: 'latin1' | 'utf8'): unknown;
  destroy(): unknown;
  on(event: 'close' | 'drain', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}
