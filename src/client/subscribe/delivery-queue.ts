import type { TimerHandle } from '../../protocol/clock.ts';
import type { SubscribeEngine } from './engine.ts';
import type { LiveSubscription } from './live-subscription.ts';

/** A reader that blocks the client for longer, in milliseconds, is reported. */
const PATIENCE = 30_000;

/**
 * Runs pieces of delivery in order and each whole: none starts while a reader has a full buffer, nor inside another one,
 * whatever a listener calls back. It reports a reader that blocks the whole client and reads nothing: the program may have
 * forgotten it.
 */
export class DeliveryQueue {
  readonly #engine: SubscribeEngine;
  readonly #work: (() => void)[] = [];
  /** Since when the reader was waited for that was reported last. */
  readonly #told = new WeakMap<LiveSubscription, number>();
  #timer: TimerHandle | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
  }

  /** Whether the queue was closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a piece, and runs what may run. */
  add(work: () => void): void {
    if (this.#isClosed) return;
    this.#work.push(work);
    this.pump();
  }

  /** Runs what may run. */
  pump(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#work.length > 0 && !this.#mustWait()) this.#work.shift()?.();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Drops what is queued; nothing is added any more. */
  close(): void {
    this.#isClosed = true;
    this.#work.length = 0;
    this.#forgetTimer();
  }

  #mustWait(): boolean {
    for (const subscription of this.#engine.demand.subscriptions) {
      if (subscription.fullSince === undefined) continue;
      this.#timer ??= this.#engine.settings.clock.setTimeout(() => this.#look(subscription), PATIENCE);
      return true;
    }
    this.#forgetTimer();
    return false;
  }

  #forgetTimer(): void {
    if (this.#timer !== undefined) this.#engine.settings.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(subscription: LiveSubscription): void {
    const { announcer, settings } = this.#engine;
    this.#timer = undefined;
    const since = subscription.fullSince;
    if (since === undefined) return;
    const waited = settings.clock.monotonic() - since;
    if (waited < PATIENCE) {
      this.#timer = settings.clock.setTimeout(() => this.#look(subscription), PATIENCE - waited);
    } else if (this.#told.get(subscription) !== since) {
      this.#told.set(subscription, since);
      announcer.stalled(subscription, waited);
    }
  }
}
