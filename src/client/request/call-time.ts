import type { PNOperationType } from '../../protocol/status.ts';
import { limitsOf } from '../errors/from-call.ts';
import type { Delivery } from '../errors/pubnub-error.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { InnerOptions } from './call-options.ts';
import type { Limits } from './cancellation.ts';

/** Who may let a call wait, besides servers. */
export const PROVIDER = 'the token provider';
export const CRYPTO_MODULE = 'the crypto module';

/** Keeps the time of calls: a `timeout` is for all that a call does. */
export class CallTime {
  readonly #clock: SteadyClock;

  constructor(clock: SteadyClock) {
    this.#clock = clock;
  }

  /** The options of a call that begins now, or has begun. */
  begin(options: InnerOptions): InnerOptions {
    const { timeout, due = timeout && this.#clock.monotonic() + timeout } = options;
    return { ...options, due };
  }

  /** The milliseconds that are left of a call. */
  left({ due = Number.POSITIVE_INFINITY }: InnerOptions): number {
    return Math.max(0, due - this.#clock.monotonic());
  }

  /** The limits of a part of a call: what is left of its own time, or else `most` milliseconds. */
  limits(
    operation: PNOperationType,
    options: InnerOptions,
    {
      most = Number.POSITIVE_INFINITY,
      ...more
    }: { readonly most?: number; readonly delivery?: Delivery; readonly from?: string },
  ): Limits {
    const { due, timeout: given, signal, until = Number.POSITIVE_INFINITY } = options;
    return limitsOf(operation, {
      ...more,
      given,
      signal,
      timeout: Math.min(due === undefined ? most : this.left(options), until - this.#clock.monotonic()),
    });
  }
}
