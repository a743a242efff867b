import type { TimerHandle } from '../../protocol/clock.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { LiveSubscription } from './live-subscription.ts';

/** A reader that blocks the client for longer, in milliseconds, is reported. */
const PATIENCE = 30_000;

/** Detects a reader that blocks the whole client and reads nothing: the program may have forgotten it. */
export class StallWatch {
  readonly #clock: SteadyClock;
  readonly #onStall: (subscription: LiveSubscription, milliseconds: number) => void;
  readonly #told = new WeakMap<LiveSubscription, number>();
  #timer: TimerHandle | undefined;

  /** `onStall` is called once for each stall. */
  constructor(clock: SteadyClock, onStall: (subscription: LiveSubscription, milliseconds: number) => void) {
    this.#clock = clock;
    this.#onStall = onStall;
  }

  /** Delivery waits for a reader of this subscription. */
  waits(subscription: LiveSubscription): void {
    this.#timer ??= this.#clock.setTimeout(() => this.#look(subscription), PATIENCE);
  }

  /** Delivery goes on. */
  end(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(subscription: LiveSubscription): void {
    this.#timer = undefined;
    const since = subscription.fullSince;
    if (since === undefined) return;
    const waited = this.#clock.monotonic() - since;
    if (waited < PATIENCE) {
      this.#timer = this.#clock.setTimeout(() => this.#look(subscription), PATIENCE - waited);
    } else if (this.#told.get(subscription) !== since) {
      this.#told.set(subscription, since);
      this.#onStall(subscription, waited);
    }
  }
}
