import type { BackoffPolicy } from '../runtime/backoff.ts';
import { type CustomReconnectionPolicy, PNReconnectionPolicy } from './options.ts';

/** No reconnection is attempted sooner than this after the last attempt, whatever asks for it. */
const FLOOR_DELAY = 1_000;
const LONGEST_DELAY = 150_000;

/** Why a value is no reconnection policy, or `undefined` when it is one. */
export function policyProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return Object.hasOwn(PNReconnectionPolicy, value)
      ? undefined
      : 'must be NONE, LINEAR, EXPONENTIAL or an object';
  }
  if (typeof Object(value).delay !== 'function')
    return 'must be NONE, LINEAR, EXPONENTIAL or an object with delay(attempt)';
  const {
    maximumRetries,
    minimumDelay = FLOOR_DELAY,
    maximumDelay = LONGEST_DELAY,
  } = value as CustomReconnectionPolicy;
  if (maximumRetries !== undefined && !(maximumRetries >= 0))
    return 'must have maximumRetries of zero or more';
  if (!(minimumDelay > 0))
    return 'must have a minimumDelay above zero: without one a dead server would be hammered';
  if (!(maximumDelay >= minimumDelay)) return 'must have a maximumDelay of at least its minimumDelay';
  return undefined;
}

/** The delays and limits of a reconnection policy. */
export function policyOf(policy: PNReconnectionPolicy | CustomReconnectionPolicy): BackoffPolicy {
  const usual = {
    minimumDelay: FLOOR_DELAY,
    maximumDelay: LONGEST_DELAY,
    maximumRetries: Number.POSITIVE_INFINITY,
  };
  if (typeof policy === 'object') {
    const {
      maximumRetries = usual.maximumRetries,
      minimumDelay = FLOOR_DELAY,
      maximumDelay = LONGEST_DELAY,
    } = policy;
    return { delay: safely(policy), maximumRetries, minimumDelay, maximumDelay };
  }
  if (policy === PNReconnectionPolicy.LINEAR) return { ...usual, delay: () => 3_000 };
  const exponential = { ...usual, delay: (attempt: number) => FLOOR_DELAY * 2 ** attempt };
  return policy === PNReconnectionPolicy.NONE ? { ...exponential, maximumRetries: 0 } : exponential;
}

// A program's mistake must not end the loop: a delay that cannot be had counts as the shortest.
function safely(policy: CustomReconnectionPolicy): (attempt: number) => number {
  return (attempt) => {
    try {
      return policy.delay(attempt);
    } catch {
      return 0;
    }
  };
}
