import { connect, type Socket } from 'node:net';

const END_OF_HEAD = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
// Every read is handled before the next one begins, so all connections read into the same bytes.
const READ_BYTES = 256 * 1024;
const shared = Buffer.allocUnsafe(READ_BYTES);

/** The handlers of a connection. */
export interface Handlers {
  /** An answer is complete. The body's bytes are those of the next read too: keep none of them. */
  answer(body: Buffer): void;
  /** The connection has ended, or an answer is none that was hoped for. */
  failure(error: Error): void;
}

/**
 * One client's connection: as little HTTP as its answers need, so that thousands of them cost less than the server that
 * they measure. Answers have a length and a status of 200; anything else is a failure.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #handlers: Handlers;
  // The part of an answer that has come.
  #begun: Buffer | undefined;
  #closed = false;

  constructor(port: number, handlers: Handlers) {
    this.#handlers = handlers;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: shared, callback: (bytes, buffer) => this.#read(buffer.subarray(0, bytes)) },
    });
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('The server has ended a connection.')));
  }

  /** Calls back when there is a connection. */
  whenOpen(callback: () => void): void {
    this.#socket.once('connect', callback);
  }

  /** Sends a request. */
  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Resolves when the connection is gone. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      if (this.#socket.closed) return resolve();
      this.#socket.once('close', () => resolve());
      // Orderly: half of a reset is that the server reports an error.
      this.#socket.end();
      this.#socket.resume();
    });
  }

  #read(chunk: Uint8Array): boolean {
    const begun = this.#begun;
    const bytes = begun
      ? Buffer.concat([begun, chunk])
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#begun = undefined;
    const end = bytes.indexOf(END_OF_HEAD, 0, 'latin1');
    const head = end < 0 ? '' : bytes.toString('latin1', 0, end);
    const length = Number(LENGTH.exec(head)?.[1] ?? Number.NaN);
    const start = end + END_OF_HEAD.length;
    if (end >= 0 && (Number.isNaN(length) || !head.startsWith('HTTP/1.1 200'))) {
      this.#end(new Error(`An answer is unexpected: ${bytes.toString('latin1', 0, 500)}`));
    } else if (end < 0 || bytes.length < start + length) {
      // The bytes are overwritten by the next read.
      this.#begun = Buffer.from(bytes);
    } else {
      this.#handlers.answer(bytes.subarray(start, start + length));
    }
    return true;
  }

  #end(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#handlers.failure(error);
  }
}
