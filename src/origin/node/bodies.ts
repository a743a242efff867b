import type { Body, BodyRules, Reading } from './body.ts';
import { BodyStream } from './body-stream.ts';
import { Budget } from './limits.ts';
import type { Incoming } from './message.ts';

/** The bodies of all requests. When they hold too much together, the largest that is still being read is given up. */
export class Bodies {
  readonly #budget: Budget;
  readonly #reading = new Set<Reading>();

  constructor(totalBytes: number) {
    this.#budget = new Budget(totalBytes);
  }

  /** Reads a body. The caller gives back what it holds. */
  async read(request: Incoming, body: Body): Promise<Uint8Array | 'late' | 'full'> {
    this.#reading.add(body);
    try {
      return await body.read(request, (bytes) => this.#take(bytes));
    } finally {
      this.#reading.delete(body);
    }
  }

  /** Begins to read a body in chunks, which ends with `closed`. */
  stream(request: Incoming, rules: BodyRules): BodyStream {
    const body: BodyStream = new BodyStream({
      request,
      rules,
      take: (bytes) => this.#take(bytes),
      give: (bytes) => this.#budget.give(bytes),
    });
    this.#reading.add(body);
    return body;
  }

  /** A body in chunks is not read any more. */
  closed(body: BodyStream): void {
    body.close();
    this.#reading.delete(body);
  }

  /** Gives back the bytes of a body that is not needed any more. */
  give(bytes: number): void {
    this.#budget.give(bytes);
  }

  #take(bytes: number): void {
    this.#budget.take(bytes);
    if (!this.#budget.isExceeded) return;
    let largest: Reading | undefined;
    for (const body of this.#reading) if (body.held > (largest?.held ?? 0)) largest = body;
    largest?.giveUp();
    if (largest) this.#reading.delete(largest);
  }
}
