import pRetry from 'p-retry';
import type { PNOperationType } from '../../protocol/status.ts';
import type { Retry } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { type BackoffPolicy, backoff } from '../runtime/backoff.ts';
import { chance } from '../runtime/random.ts';

/** What decides whether a failed call may be made again. */
export interface RetryClass {
  readonly operation: PNOperationType;
  readonly retry: Retry;
  /** How many times. @default 3 */
  readonly retries?: number | undefined;
}

const RETRIES = 3;
const POLICY: BackoffPolicy = Object.freeze({
  delay: (attempt: number) => 500 * 2 ** attempt,
  minimumDelay: 100,
  maximumDelay: 10_000,
  longestRetryAfter: 10_000,
  maximumRetries: RETRIES,
});

/**
 * Makes a call again after its first failure, as often as its class allows it. p-retry takes that failure as
 * its own first attempt, so that a call that succeeds at once costs nothing here; the pauses are the caller's, since
 * p-retry would sleep on the global clock.
 */
export function retryCall<R>(
  endpoint: RetryClass,
  work: { readonly first: PubNubError; readonly attempt: () => Promise<R>; readonly random: () => number },
  pause: (delay: number, attempt: number) => Promise<void>,
): Promise<R> {
  const { first, attempt, random } = work;
  if (!mayRetry(endpoint, first)) return Promise.reject(first);
  return pRetry((number) => (number === 1 ? Promise.reject(first) : attempt()), {
    retries: endpoint.retries ?? RETRIES,
    minTimeout: 0,
    shouldRetry: ({ error }) => mayRetry(endpoint, error),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft === 0 || !PubNubError.is(error) || !mayRetry(endpoint, error)) return;
      const { retryAfter } = error;
      await pause(
        backoff(POLICY, { attempt: attemptNumber, random: chance(random), retryAfter }),
        attemptNumber,
      );
    },
  });
}

function mayRetry({ retry }: RetryClass, error: unknown): boolean {
  if (!PubNubError.is(error) || !error.retryable) return false;
  return retry === 'safe' || error.delivery === 'not-sent';
}
