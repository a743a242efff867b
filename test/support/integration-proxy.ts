import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** What becomes of a piece of an answer: so many bytes of it pass, and then the connection goes on or ends. */
export interface Verdict {
  readonly pass: number;
  /** `reset` is a broken connection, `end` an orderly end in the wrong place, `freeze` a connection gone without a word. */
  readonly next: 'continue' | 'reset' | 'end' | 'freeze';
  /** Milliseconds that it takes. */
  readonly delay?: number;
}

/** How a proxy treats what passes through it. A test may change it at any time. */
export interface Behaviour {
  /** What becomes of a new connection. */
  connection?: () => 'accept' | 'reset' | 'freeze';
  /** Milliseconds until a piece of a request is passed on; `drop` breaks the connection instead. */
  request?: (piece: Buffer) => number | 'drop';
  answer?: (piece: Buffer) => Verdict;
}

/** A TCP proxy in front of one port of this machine, which can do everything that networks do. */
export interface TcpProxy extends AsyncDisposable {
  /** `127.0.0.1:8090` */
  readonly host: string;
  readonly behaviour: Behaviour;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Breaks every open connection. */
  reset(): void;
  /** From now on nothing passes through the connections that are open, and nobody is told. */
  freeze(): void;
}

/** Starts a proxy to a port. */
export async function startProxy(port: number, behaviour: Behaviour = {}): Promise<TcpProxy> {
  const links = new Set<Link>();
  let accepted = 0;
  const server = createServer({ noDelay: true }, (client) => {
    accepted++;
    const fate = behaviour.connection?.() ?? 'accept';
    if (fate === 'reset') return void client.on('error', ignore).resetAndDestroy();
    const link = new Link(client, port, behaviour);
    links.add(link);
    client.once('close', () => links.delete(link));
    if (fate === 'freeze') link.freeze();
  });
  const ownPort = await listen(server);
  return {
    host: `127.0.0.1:${ownPort}`,
    behaviour,
    get accepted() {
      return accepted;
    },
    reset: () => {
      for (const link of links) link.reset();
    },
    freeze: () => {
      for (const link of links) link.freeze();
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const link of links) link.reset();
      await closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
    });
  });
}

// An error is always followed by "close", which is what counts.
const ignore = () => {};

/** One connection, through the proxy. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #timers: Partial<Record<'request' | 'answer', NodeJS.Timeout>> = {};
  #frozen = false;
  /** It is about to be reset. Of what comes meanwhile nothing passes: behind a piece that was cut it would look whole. */
  #broken = false;
  /** What has to happen, in this order. */
  readonly #waiting: Readonly<Record<'request' | 'answer', { readonly due: number; action(): void }[]>> = {
    request: [],
    answer: [],
  };

  constructor(client: Socket, port: number, behaviour: Behaviour) {
    this.#client = client;
    this.#server = dial({ port, host: '127.0.0.1', noDelay: true });
    const ends = [client, this.#server];
    for (const end of ends) end.on('error', ignore);
    client.on('data', (piece) => this.#pass('request', this.#requestVerdict(behaviour, piece), piece));
    this.#server.on('data', (piece) => {
      const verdict = behaviour.answer?.(piece) ?? { pass: piece.length, next: 'continue' };
      this.#pass('answer', verdict, piece);
    });
    client.once('end', () => this.#frozen || this.#server.end());
    this.#server.once('end', () => this.#frozen || this.#later('answer', 0, () => client.end()));
    client.once('close', () => this.#close());
    this.#server.once('close', () => this.#frozen || this.#later('answer', 0, () => client.destroy()));
  }

  freeze(): void {
    this.#frozen = true;
    // The other side goes on as if nothing had happened, until it is told.
    this.#client.pause();
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.destroy();
  }

  #requestVerdict({ request }: Behaviour, piece: Buffer): Verdict {
    const fate = request?.(piece) ?? 0;
    if (fate === 'drop') return { pass: 0, next: 'reset' };
    return { pass: piece.length, next: 'continue', delay: fate };
  }

  #pass(kind: 'request' | 'answer', { pass, next, delay = 0 }: Verdict, piece: Buffer): void {
    const target = kind === 'request' ? this.#server : this.#client;
    this.#later(kind, delay, () => {
      if (this.#frozen || this.#broken) return;
      if (pass > 0 && target.writable) target.write(piece.subarray(0, pass));
      if (next === 'freeze') this.freeze();
      else if (next === 'reset') {
        this.#broken = true;
        // What was just written leaves before the connection does.
        this.#later(kind, 1, () => this.reset());
      } else if (next === 'end') this.#client.end();
    });
  }

  // A piece never overtakes those before it, also when its time and theirs are the same.
  #later(kind: 'request' | 'answer', delay: number, action: () => void): void {
    const waiting = this.#waiting[kind];
    waiting.push({ due: Date.now() + delay, action });
    if (waiting.length === 1) this.#next(kind);
  }

  #next(kind: 'request' | 'answer'): void {
    const waiting = this.#waiting[kind];
    for (let first = waiting[0]; first; first = waiting[0]) {
      const left = first.due - Date.now();
      if (left > 0) {
        this.#timers[kind] = setTimeout(() => this.#next(kind), left);
        return;
      }
      first.action();
      waiting.shift();
    }
  }

  #close(): void {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    for (const waiting of Object.values(this.#waiting)) waiting.length = 0;
    this.#server.destroy();
  }
}
