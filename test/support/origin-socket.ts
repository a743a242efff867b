import { connect, type Socket } from 'node:net';

/** A raw connection: writes what it is told and collects what comes. */
export class RawConnection {
  readonly socket: Socket;
  #text = '';
  readonly ended: Promise<void>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('data', (chunk) => {
      this.#text += chunk;
    });
    // A reset is one way for a connection to end.
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** All that was received. */
  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** Resolves once what was received holds the pattern. */
  async received(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text)) {
      await new Promise<void>((resolve, reject) => {
        this.socket.once('data', () => resolve());
        this.socket.once('close', () => reject(new Error(`The connection closed after: ${this.#text}`)));
      });
    }
  }
}
