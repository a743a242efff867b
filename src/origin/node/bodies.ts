import { LinkedList } from '../../protocol/linked-list.ts';
import type { Body, BodyRules, Reading } from './body.ts';
import { BodyStream } from './body-stream.ts';
import { Budget } from './limits.ts';
import type { Incoming } from './message.ts';

/** The bodies of all requests. When they hold too much together, the largest that is still being read is given up. */
export class Bodies {
  readonly #budget: Budget;
  readonly #reading = new LinkedList<Reading>();

  constructor(totalBytes: number) {
    this.#budget = new Budget(totalBytes);
  }

  /** Reads a body. The caller gives back what it holds. */
  async read(request: Incoming, body: Body): Promise<Uint8Array | 'late' | 'full'> {
    this.#reading.push(body);
    try {
      return await body.read(request, (bytes) => this.#take(bytes));
    } finally {
      this.#reading.remove(body);
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
    this.#reading.push(body);
    return body;
  }

  /** A body in chunks is not read any more. */
  closed(body: BodyStream): void {
    body.close();
    this.#reading.remove(body);
  }

  /** Gives back the bytes of a body that is not needed any more. */
  give(bytes: number): void {
    this.#budget.give(bytes);
  }

  #take(bytes: number): void {
    this.#budget.take(bytes);
    if (!this.#budget.isExceeded) return;
    let largest: Reading | undefined;
    for (let body = this.#reading.oldest; body; body = body.newer)
      if (body.held > (largest?.held ?? 0)) largest = body;
    largest?.giveUp();
    if (largest) this.#reading.remove(largest);
  }
}
