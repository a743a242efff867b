import { type Answer, balancerRefusal } from './http/answer.ts';
import type { Held, Place } from './http/held.ts';
import type { Call } from './routes/route.ts';
import type { Soon } from './soon.ts';
import { StoreUnavailable } from './store/store.ts';
import type { NextTurn } from './turns.ts';

// Items that are held at once for works beside each other: more of one work are held by it alone.
const MOST = 1_000;
// What a request that waits takes beside its texts, of which each name of a list may be one more.
const REQUEST_BYTES = 2_048;
const BYTES_PER_CHARACTER = 8;

/** A work that collects much before it is answered. */
export interface LongWork {
  /** About the items that it holds at once; `Infinity` for all that there are. */
  readonly weight: number;
  run(): Promise<Answer>;
}

/**
 * Runs the long works of one subscribe key: small ones beside each other, large ones one at a time. A work that leaves turns
 * to others would otherwise be as many works, each with all that it has collected so far, and with its share of each turn.
 * One that waits is a request without a promise, counted as what is parked is, and begins in the order in which it came.
 */
export class LongWorks {
  readonly #nextTurn: NextTurn;
  readonly #waiting = new Set<Waiting>();
  #underWay = 0;

  constructor(nextTurn: NextTurn) {
    this.#nextTurn = nextTurn;
  }

  /** Runs a work, now or later. Throws a `Refusal` if it would have to wait and there is no room for that. */
  run(call: Call, work: LongWork): Soon<Answer | Held> {
    if (this.#waiting.size === 0 && this.#hasRoom(work)) return this.#begin(work);
    const { target, body } = call.request;
    call.keep(REQUEST_BYTES + BYTES_PER_CHARACTER * target.length + body.length, 0);
    return new Waiting(work, this.#waiting);
  }

  /** Refuses all that waits. */
  close(): void {
    for (const waiting of [...this.#waiting]) waiting.interrupt();
  }

  #hasRoom({ weight }: LongWork): boolean {
    return this.#underWay + Math.min(weight, MOST) <= MOST;
  }

  async #begin(work: LongWork): Promise<Answer> {
    const weight = Math.min(work.weight, MOST);
    this.#underWay += weight;
    try {
      return await work.run();
    } catch (error) {
      // Each would wait for the store by itself, one after the other.
      if (error instanceof StoreUnavailable) for (const waiting of [...this.#waiting]) waiting.fail(error);
      throw error;
    } finally {
      this.#underWay -= weight;
      if (this.#waiting.size > 0) void this.#nextTurn().then(() => this.#beginNext());
    }
  }

  #beginNext(): void {
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom(waiting.work)) return;
      waiting.begun(this.#begin(waiting.work));
    }
  }
}

/** A request whose work waits for its turn. */
class Waiting implements Held {
  readonly work: LongWork;
  readonly #others: Set<Waiting>;
  #place: Place | undefined;

  constructor(work: LongWork, others: Set<Waiting>) {
    this.work = work;
    this.#others = others;
  }

  begin(place: Place): void {
    this.#place = place;
    this.#others.add(this);
  }

  begun(answer: Promise<Answer>): void {
    const place = this.#leave();
    answer.then(
      (found) => place?.send(found),
      (error) => place?.fail(error),
    );
  }

  fail(error: unknown): void {
    this.#leave()?.fail(error);
  }

  interrupt(): void {
    this.fail(balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }));
  }

  #leave(): Place | undefined {
    const place = this.#place;
    this.#place = undefined;
    this.#others.delete(this);
    return place;
  }
}
