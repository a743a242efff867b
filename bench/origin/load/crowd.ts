import { Connection } from './connection.ts';
import type { Client, Dialect } from './dialect.ts';

// A system keeps only so many connections that nobody has accepted yet.
const OPENING = 1_000;
// What is shorter brings no message.
const MESSAGE_BYTES = 150;

/** The clients of one server: each has a connection, and polls again as soon as it is answered. */
export class Crowd {
  readonly #port: number;
  readonly #dialect: Dialect;
  readonly #connections: Connection[] = [];
  #parked = 0;
  #onParked: (() => void) | undefined;
  #onMessage: (() => void) | undefined;
  readonly #failure = Promise.withResolvers<never>();

  constructor(port: number, dialect: Dialect) {
    this.#port = port;
    this.#dialect = dialect;
    // Whoever waits for something is told; nobody may.
    this.#failure.promise.catch(() => undefined);
  }

  /** Opens connections, each with what its client knows already; resolves when all have sent the request that parks. */
  async open(clients: readonly Client[]): Promise<void> {
    let next = 0;
    const all = Promise.withResolvers<void>();
    const total = this.#parked + clients.length;
    const openNext = () => {
      const client = clients[next];
      next += 1;
      if (client) this.#open(client);
    };
    this.#onParked = () => {
      openNext();
      if (this.#parked === total) all.resolve();
    };
    for (let count = 0; count < Math.min(OPENING, clients.length); count++) openNext();
    await Promise.race([all.promise, this.#failure.promise]);
  }

  /** Sends a request that answers all; resolves to the milliseconds until each client had its message, in order. */
  async receive(send: () => void): Promise<number[]> {
    const times: number[] = [];
    const all = Promise.withResolvers<void>();
    const started = performance.now();
    this.#onMessage = () => {
      times.push(performance.now() - started);
      if (times.length === this.#connections.length) all.resolve();
    };
    send();
    await Promise.race([all.promise, this.#failure.promise]);
    this.#onMessage = undefined;
    return times;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #open(client: Client): void {
    const { greetings } = this.#dialect;
    const connection = new Connection(this.#port, {
      answer: (body) => {
        if (client.step > greetings && body.length >= MESSAGE_BYTES) this.#onMessage?.();
        this.#send(connection, client, body);
      },
      failure: (error) => this.#failure.reject(error),
    });
    this.#connections.push(connection);
    connection.whenOpen(() => this.#send(connection, client, undefined));
  }

  #send(connection: Connection, client: Client, body: Buffer | undefined): void {
    connection.send(this.#dialect.next(client, body));
    client.step += 1;
    if (client.step !== this.#dialect.greetings + 1) return;
    this.#parked += 1;
    this.#onParked?.();
  }
}
