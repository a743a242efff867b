import { PubNubError } from '../errors/pubnub-error.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import { type BackoffPolicy, backoff } from '../runtime/backoff.ts';
import { chance } from '../runtime/random.ts';
import { pauseFor } from '../runtime/signals.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import { Backfill, type BackfillPlan, Backlog } from './backfill.ts';
import { MOST_ATTEMPTS } from './backfill-fill.ts';
import type { BackfillHistory } from './backfill-history.ts';
import { remaining } from './backfill-merge.ts';
import { missingIn } from './backfill-outcome.ts';
import type { BackfillQueue } from './backfill-queue.ts';
import type { OlderDelivery } from './delivery.ts';
import type { NamedLoss } from './gaps.ts';
import { isEmpty, type Names } from './names.ts';

/** What backfills need of the client. */
export interface BackfillsHost {
  readonly queue: BackfillQueue;
  readonly history: BackfillHistory | undefined;
  readonly delivery: OlderDelivery;
  /** Tells those who wait for a backfill of what is missing. */
  tell(backfill: Backfill, loss: NamedLoss, recovered: PNGapEvent['recovered']): void;
  /** A backfill has come to its end. */
  ended(): void;
  /** A backfill of these names has failed; it is tried again at the time, if there is one. */
  failed(
    names: Names,
    error: PubNubError,
    retry: { readonly attempt: number; readonly delay?: number },
  ): void;
  readonly settings: {
    readonly clock: SteadyClock;
    readonly random: () => number;
    readonly reconnection: BackoffPolicy;
  };
}

/** What may wait behind all backfills of a client. */
const MOST_ENTRIES = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Runs backfills, each for itself: none waits for another one to succeed, and none outlives a bounded number of failures.
 * They rest while the loop has no connection.
 */
export class Backfills {
  readonly #host: BackfillsHost;
  readonly #all = new Set<Backfill>();
  /** What waits behind all of them together. */
  readonly #held = new Backlog(MOST_ENTRIES, MOST_BYTES);
  #lastSerial = 0;
  #isResting = true;

  constructor(host: BackfillsHost) {
    this.#host = host;
  }

  /** Begins a backfill: what is newer waits behind it from now on. */
  open(plan: BackfillPlan): void {
    const backfill: Backfill = new Backfill(plan, {
      shared: this.#held,
      serial: ++this.#lastSerial,
      since: this.#host.delivery.batches,
      onFull: () => this.#end(backfill, 'backlog-full'),
    });
    this.#all.add(backfill);
    for (const { backfills } of plan.recipients) backfills.push(backfill);
    if (!this.#isResting) this.#start(backfill);
  }

  /** Whether something that the loop has brought, or has lost, has not reached everybody. */
  get isWaitedFor(): boolean {
    for (const backfill of this.#all) if (backfill.isWaitedFor) return true;
    return false;
  }

  /** There is a connection. */
  resume(): void {
    this.#isResting = false;
    for (const backfill of this.#all) this.#start(backfill);
  }

  /** There is none: what is under way ends, and goes on where it was. */
  rest(): void {
    this.#isResting = true;
    for (const backfill of this.#all) this.#halt(backfill);
  }

  /** There is another token or filter: what is under way, or waits after a failure, begins anew. */
  askAgain(): void {
    if (this.#isResting) return;
    this.rest();
    this.resume();
  }

  /** Some names are not wanted any more. */
  narrow(): void {
    for (const backfill of [...this.#all]) {
      backfill.narrow();
      if (isEmpty(backfill.names)) this.#remove(backfill);
    }
  }

  /** Ends every backfill. */
  close(): void {
    for (const backfill of [...this.#all]) this.#remove(backfill);
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
    while (!signal.aborted) {
      try {
        await this.#fetch(backfill, signal);
        if (!signal.aborted) this.#end(backfill);
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        if (!(await this.#retry(backfill, thrown, signal))) return;
      }
    }
  }

  async #fetch(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { history, queue } = this.#host;
    const { last, loss } = backfill.plan;
    if (loss) await history?.read(backfill, signal);
    else if (last === undefined) await queue.read(backfill, signal);
    else await this.#rewind(backfill, signal);
  }

  // History may not have the last seconds yet. What the live queue knows of them by the time history answers counts among
  // the newest messages; what it tells later is delivered all the same.
  async #rewind(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { history, queue } = this.#host;
    const attempt = new AbortController();
    const abort = () => attempt.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const isAsked = new Promise<void>((resolve) => {
      backfill.onPoll = resolve;
    });
    const tail = queue.read(backfill, attempt.signal);
    // Its failure counts when history has been read.
    tail.catch(() => undefined);
    try {
      await Promise.race([isAsked, tail]);
      await history?.read(backfill, attempt.signal);
      await tail;
      // What has come since says that history lacked it, and maybe more.
      backfill.readAnew();
      await history?.read(backfill, attempt.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      attempt.abort();
      await tail.catch(() => undefined);
    }
  }

  // Whether it is tried again.
  async #retry(backfill: Backfill, thrown: unknown, signal: AbortSignal): Promise<boolean> {
    const { clock, random, reconnection } = this.#host.settings;
    const error = PubNubError.is(thrown) ? thrown : unexpected(thrown);
    const attempt = ++backfill.attempts;
    if (attempt > Math.min(reconnection.maximumRetries, MOST_ATTEMPTS)) {
      this.#host.failed(backfill.names, error, { attempt });
      this.#end(backfill, 'backfill-failed');
      return false;
    }
    const delay = backoff(reconnection, { attempt, random: chance(random), retryAfter: error.retryAfter });
    this.#host.failed(backfill.names, error, { attempt, delay });
    return pauseFor(clock, delay, signal).then(
      () => true,
      () => false,
    );
  }

  // What has come is delivered, then what is missing is told, and then comes what has waited.
  #end(backfill: Backfill, because?: 'backfill-failed' | 'backlog-full'): void {
    if (backfill.isClosed) return;
    backfill.isClosed = true;
    this.#halt(backfill);
    void this.#host.delivery.inTurn(() => {
      if (!this.#all.has(backfill)) return;
      for (const [loss, recovered] of missingIn(backfill, because))
        this.#host.tell(backfill, loss, recovered);
      const held = remaining(backfill);
      this.#detach(backfill);
      for (const one of held) this.#host.delivery.letGo(one, backfill);
      // Only now: what was let go may wait for another one.
      this.#host.ended();
    });
  }

  #remove(backfill: Backfill): void {
    this.#detach(backfill);
    this.#host.ended();
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
