import type { Clock } from '../protocol/clock.ts';
import type { Logger } from './logger.ts';
import type { FailureReason, OriginMetrics } from './metrics/observer.ts';
import { steadyNow } from './steady-time.ts';
import { StoreUnavailable } from './store/store.ts';

/** The parts of a store's health. */
export interface StoreHealthOptions {
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly metrics?: OriginMetrics | undefined;
}

/** Reports failures of the store, and once for all subscribe keys that it is away and that it is back. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  /** Subscribe keys whose log cannot be followed. */
  readonly #away = new Set<string>();
  /** It was reported to be away, and not to be back. */
  #awaySince: number | undefined;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** The number of subscribe keys whose log cannot be followed. */
  get away(): number {
    return this.#away.size;
  }

  /** Something has failed that no request waits for. */
  failed(subscribeKey: string, error: unknown): void {
    const { logger, metrics } = this.#options;
    metrics?.failed(reasonOf(error), 'background');
    // As for a request that fails by an outage: it passes by itself.
    const level = error instanceof StoreUnavailable ? 'warn' : 'error';
    logger?.[level]?.('The store failed.', { subscribeKey, error });
  }

  /** New entries of a log may stay out, or they come again. */
  setLive(subscribeKey: string, isLive: boolean): void {
    const { clock, logger } = this.#options;
    if (!isLive) this.#away.add(subscribeKey);
    else this.#away.delete(subscribeKey);
    const isAway = this.#away.size > 0;
    if (isAway === (this.#awaySince !== undefined)) return;
    const now = steadyNow(clock);
    if (isAway) logger?.warn?.('The store is away.', {});
    else logger?.info?.('The store is back.', { milliseconds: Math.round(now - (this.#awaySince ?? now)) });
    this.#awaySince = isAway ? now : undefined;
  }

  /** A subscribe key is not followed any more, which says nothing of the store. */
  forget(subscribeKey: string): void {
    this.#away.delete(subscribeKey);
  }
}

/** The reason of a failure, as metrics tell it. */
export function reasonOf(error: unknown): FailureReason {
  return error instanceof StoreUnavailable ? 'unavailable' : 'other';
}
