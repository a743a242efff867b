import type { TimerHandle } from '../../protocol/clock.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { LiveSubscription } from './live-subscription.ts';

/** How long a reader may make the client wait unsaid, in milliseconds. */
const PATIENCE = 30_000;

/** Notices a reader that makes the whole client wait and takes nothing: it may have been forgotten. */
export class StallWatch {
  readonly #clock: SteadyClock;
  readonly #onStall: (subscription: LiveSubscription, milliseconds: number) => void;
  readonly #told = new WeakMap<LiveSubscription, number>();
  #timer: TimerHandle | undefined;

  /** `onStall` is told once of each time that a reader stalls. */
  constructor(clock: SteadyClock, onStall: (subscription: LiveSubscription, milliseconds: number) => void) {
    this.#clock = clock;
    this.#onStall = onStall;
  }

  /** Delivery waits for a reader of this subscription. */
  waits(subscription: LiveSubscription): void {
    this.#timer ??= this.#clock.setTimeout(() => this.#look(subscription), PATIENCE);
  }

  /** Nobody is waited for. */
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
