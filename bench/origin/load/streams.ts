import { connect, type Socket } from 'node:net';
import { HEADERS } from './dialect.ts';
import { CHANNEL, KEY } from './pubsub.ts';

// Every read is handled before the next one begins, so all connections read into the same bytes.
const READ_BYTES = 256 * 1024;
const shared = Buffer.allocUnsafe(READ_BYTES);
// What is shorter brings no message: a head, a comment, a first cursor.
const MESSAGE_BYTES = 150;
const OPENING = 500;

/** Clients that each have a stream open, and read what comes: the least that a reader can do. */
export class Streams {
  readonly #port: number;
  readonly #sockets: Socket[] = [];
  #onMessage: (() => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Opens streams after a cursor; resolves when the head of each is there. */
  async open(count: number, cursor: string): Promise<void> {
    let opened = 0;
    const openSome = async () => {
      while (opened < count) await this.#open(opened++, cursor);
    };
    await Promise.all(Array.from({ length: OPENING }, openSome));
  }

  /** Sends a request that everybody hears of; resolves to the milliseconds until each client had its message, in order. */
  receive(send: () => void): Promise<number[]> {
    const times: number[] = [];
    const started = performance.now();
    return new Promise((resolve) => {
      this.#onMessage = () => {
        times.push(performance.now() - started);
        if (times.length === this.#sockets.length) resolve(times);
      };
      send();
    });
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('close', () => resolve());
            socket.destroy();
          }),
      ),
    );
  }

  #open(number: number, cursor: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOpen = false;
      const socket = connect({
        port: this.#port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: shared,
          callback: (bytes) => {
            if (isOpen && bytes >= MESSAGE_BYTES) this.#onMessage?.();
            isOpen = true;
            resolve();
            return true;
          },
        },
      });
      this.#sockets.push(socket);
      socket.once('error', reject);
      socket.write(
        `GET /v2/stream/${KEY}/${CHANNEL}?${cursor}&uuid=u${number} HTTP/1.1\r\n${HEADERS}\r\n\r\n`,
      );
    });
  }
}
