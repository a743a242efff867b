import { PubNubError } from '../errors/pubnub-error.ts';
import { backoff } from '../runtime/backoff.ts';
import { chance } from '../runtime/random.ts';
import { pauseFor } from '../runtime/signals.ts';
import type { Held } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import { BackfillQueue, MOST_ATTEMPTS } from './backfill-queue.ts';
import type { SubscribeEngine } from './engine.ts';
import type { EarlyEnd } from './gaps.ts';
import { isEmpty, NO_NAMES } from './names.ts';

/** How much may wait behind all backfills of a client. */
const MOST_ENTRIES = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Runs the backfills of a client, each independently: none waits for another to succeed, and each ends after a bounded
 * number of failures in a row. They pause while the loop has no connection.
 */
export class Backfills {
  readonly #engine: SubscribeEngine;
  readonly #all = new Set<Backfill>();
  readonly queue: BackfillQueue;
  // How much waits behind all of them together.
  #entries = 0;
  #bytes = 0;
  #lastSerial = 0;
  #isResting = true;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
    this.queue = new BackfillQueue(engine);
  }

  /** Whether entries that the loop brought or lost still wait for a backfill. */
  get isWaitedFor(): boolean {
    for (const backfill of this.#all) if (backfill.isWaitedFor) return true;
    return false;
  }

  /** Whether more entries wait behind all of them than may. */
  get isFull(): boolean {
    return this.#entries > MOST_ENTRIES || this.#bytes > MOST_BYTES;
  }

  /** Counts entries that wait; of negative numbers, those that no longer do. */
  held(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
  }

  /** The serial of a new backfill. */
  nextSerial(): number {
    this.#lastSerial += 1;
    return this.#lastSerial;
  }

  /** Starts a backfill: newer entries for its recipients wait behind it from now on. */
  open(backfill: Backfill): void {
    this.#all.add(backfill);
    for (const { backfills } of backfill.recipients) backfills.push(backfill);
    if (!this.#isResting) this.#start(backfill);
  }

  /** Starts or continues all: there is a connection. */
  resume(): void {
    this.#isResting = false;
    for (const backfill of this.#all) this.#start(backfill);
  }

  /** Cancels what is under way until `resume()`: there is no connection. */
  rest(): void {
    this.#isResting = true;
    for (const backfill of this.#all) this.#halt(backfill);
  }

  /** Sends requests anew, with another token or filter; a delay after a failure ends. */
  askAgain(): void {
    if (this.#isResting) return;
    this.rest();
    this.resume();
  }

  /** Drops names that no subscription wants any more, and refused ones where another backfill can go on. */
  narrow(refused = NO_NAMES): void {
    for (const backfill of [...this.#all]) {
      backfill.narrow(refused);
      if (isEmpty(backfill.names)) {
        backfill.isClosed = true;
        this.#halt(backfill);
      }
      void this.#engine.delivery.inTurn(() => {
        // What waited may be wanted by another name, for which nothing older is on its way.
        if (this.#all.has(backfill)) this.#release(backfill, backfill.letGo());
      });
    }
  }

  /** Drops every backfill. */
  close(): void {
    for (const backfill of [...this.#all]) this.#detach(backfill);
  }

  /** Ends a backfill after what it has delivered: announces what is missing, then releases the entries that wait. */
  end(backfill: Backfill, because?: EarlyEnd): void {
    if (backfill.isClosed) return;
    backfill.isClosed = true;
    this.#halt(backfill);
    const { delivery, losses } = this.#engine;
    void delivery.inTurn(() => {
      if (!this.#all.has(backfill)) return;
      for (const [loss, recovered] of backfill.missing(because)) losses.tell(backfill, loss, recovered);
      this.#release(backfill, backfill.drain(), backfill.serial);
    });
  }

  #start(backfill: Backfill): void {
    if (backfill.isClosed || backfill.controller) return;
    const controller = new AbortController();
    const { signal } = controller;
    backfill.controller = controller;
    backfill.running = backfill.running.then(() => this.#run(backfill, signal));
  }

  #halt(backfill: Backfill): void {
    backfill.controller?.abort();
    backfill.controller = undefined;
  }

  async #run(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { clock } = this.#engine.settings;
    while (!signal.aborted) {
      try {
        await backfill.fetch(signal);
        if (!signal.aborted) this.end(backfill);
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        const delay = this.#failed(backfill, thrown);
        if (delay === undefined) return;
        await pauseFor(clock, delay, signal).catch(() => undefined);
      }
    }
  }

  // Returns the delay until the next attempt in milliseconds; `undefined` if there is none.
  #failed(backfill: Backfill, thrown: unknown): number | undefined {
    const { clock, random, reconnection } = this.#engine.settings;
    const error = PubNubError.is(thrown) ? thrown : unexpected(thrown);
    const attempt = ++backfill.attempts;
    const isLast = attempt > Math.min(reconnection.maximumRetries, MOST_ATTEMPTS);
    const { retryAfter } = error;
    const delay = isLast ? undefined : backoff(reconnection, { attempt, random: chance(random), retryAfter });
    const { category, operation = 'PNSubscribeOperation' } = error;
    this.#engine.announcer.announce({
      ...{ category, operation, names: backfill.names, error, attempt },
      ...(delay !== undefined && { nextRetryAt: clock.now() + delay }),
    });
    if (isLast) this.end(backfill, 'backfill-failed');
    return delay;
  }

  // Only then does the cursor move: what is released may wait for another backfill. An end gives a turn.
  #release(backfill: Backfill, held: readonly Held[], turn?: number): void {
    if (turn !== undefined || isEmpty(backfill.names)) this.#detach(backfill);
    for (const one of held) this.#engine.delivery.release(one, turn);
    this.#engine.reach();
  }

  #detach(backfill: Backfill): void {
    this.#all.delete(backfill);
    backfill.isClosed = true;
    backfill.drain();
    this.#halt(backfill);
    for (const { backfills } of backfill.recipients) {
      const index = backfills.indexOf(backfill);
      if (index >= 0) backfills.splice(index, 1);
    }
  }
}

function unexpected(cause: unknown): PubNubError {
  return new PubNubError('PN-2001', 'Older messages could not be fetched.', { cause });
}
