import pRetry from 'p-retry';
import type { PNOperationType } from '../../protocol/status.ts';
import type { Retry } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { type BackoffDelays, backoff } from '../runtime/backoff.ts';
import { chance } from '../runtime/random.ts';

/** Decides whether a failed call may be made again. */
export interface RetryClass {
  readonly operation: PNOperationType;
  readonly retry: Retry;
}

const POLICY: BackoffDelays = Object.freeze({
  delay: (attempt: number) => 500 * 2 ** attempt,
  minimumDelay: 100,
  maximumDelay: 10_000,
  longestRetryAfter: 10_000,
});

/** An attempt of a call, and what happens between two of them. */
interface Attempts<R> {
  /** Further attempts, at most. */
  readonly retries: number;
  readonly attempt: () => Promise<R>;
  readonly random: () => number;
  /** Waits before the next attempt; `count` attempts have failed. */
  readonly pause: (
    delay: number,
    failure: { readonly error: PubNubError; readonly count: number },
  ) => Promise<void>;
}

/**
 * Makes a call, and again after a failure, as often as its class allows. A call that succeeds at once does not reach
 * p-retry, whose first attempt is the failure of ours. The pauses are the caller's: p-retry would sleep on the global clock.
 */
export async function retryCall<R>(
  of: RetryClass,
  { attempt, random, pause, retries }: Attempts<R>,
): Promise<R> {
  try {
    return await attempt();
  } catch (first) {
    return pRetry((number) => (number === 1 ? Promise.reject(first) : attempt()), {
      retries,
      minTimeout: 0,
      onFailedAttempt: async ({ error, attemptNumber: count, retriesLeft }) => {
        if (retriesLeft === 0 || !mayRetry(of, error)) throw error;
        const { retryAfter } = error;
        await pause(backoff(POLICY, { attempt: count, random: chance(random), retryAfter }), {
          error,
          count,
        });
      },
    });
  }
}

function mayRetry({ retry }: RetryClass, error: unknown): error is PubNubError {
  if (!PubNubError.is(error) || !error.retryable) return false;
  return retry === 'safe' || error.delivery === 'not-sent';
}
