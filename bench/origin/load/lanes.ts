import { Connection } from './connection.ts';

/** How long requests go on: so many, or for so long. */
export interface Extent {
  readonly count: number;
  readonly ms: number;
  /** Requests a second, at most. Absent: as many as are answered. */
  readonly rate?: number;
}

/** Requests on one connection each, one after the other. */
export class Lanes {
  readonly #lanes: Lane[];

  constructor(port: number, count: number) {
    this.#lanes = Array.from({ length: count }, (_, number) => new Lane(port, number));
  }

  /**
   * Sends requests on all connections until there were enough of them. Resolves to the milliseconds that each took, and
   * all together.
   */
  async run({ count, ms, rate }: Extent, requestOf: (lane: number, number: number) => string) {
    const times: number[] = [];
    let sent = 0;
    const started = performance.now();
    const work = async (lane: Lane) => {
      while (sent < count && performance.now() - started < ms) {
        sent += 1;
        if (rate !== undefined) await reached(started + (sent / rate) * 1_000);
        const before = performance.now();
        await lane.ask(requestOf(lane.number, sent));
        times.push(performance.now() - before);
      }
    };
    await Promise.all(this.#lanes.map(work));
    return { times, ms: performance.now() - started };
  }

  /** One request on the first connection; resolves to the body of its answer. */
  async ask(request: string): Promise<Buffer> {
    const [lane] = this.#lanes;
    if (!lane) throw new Error('There is no connection.');
    return lane.ask(request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

// This process does not rest: to wake it would be work of the server, the more the slower the server is.
async function reached(time: number): Promise<void> {
  while (performance.now() < time) await new Promise((resolve) => setImmediate(resolve));
}

class Lane {
  readonly number: number;
  readonly #connection: Connection;
  #answer: PromiseWithResolvers<Buffer> | undefined;

  constructor(port: number, number: number) {
    this.number = number;
    this.#connection = new Connection(port, {
      answer: (body) => this.#answer?.resolve(body),
      failure: (error) => this.#answer?.reject(error),
    });
  }

  /** Resolves to the body, whose bytes are those of the next read too. */
  ask(request: string): Promise<Buffer> {
    this.#answer = Promise.withResolvers();
    this.#connection.send(request);
    return this.#answer.promise;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
