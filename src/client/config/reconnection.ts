import type { BackoffPolicy } from '../runtime/backoff.ts';
import { type CustomReconnectionPolicy, PNReconnectionPolicy } from './options.ts';

/** No reconnection is attempted sooner than this after the last attempt, whatever asks for it. */
const FLOOR_DELAY = 1_000;
const LONGEST_DELAY = 150_000;
/** How long the server may ask the loop to stay away, whatever the policy. */
const LONGEST_RETRY_AFTER = 3_600_000;

/** A policy as it is now, whose `delay()` still belongs to it; anything else as it is. */
export function copyOfPolicy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [delay, maximumRetries, minimumDelay, maximumDelay] = POLICY_FIELDS.map((name): unknown =>
    Reflect.get(value, name),
  );
  if (typeof delay !== 'function') return {};
  const own = (attempt: number): unknown => Reflect.apply(delay, value, [attempt]);
  return { delay: own, maximumRetries, minimumDelay, maximumDelay };
}

const POLICY_FIELDS = ['delay', 'maximumRetries', 'minimumDelay', 'maximumDelay'];

/** Why a value is no reconnection policy, or `undefined` when it is one. */
export function policyProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return Object.hasOwn(PNReconnectionPolicy, value)
      ? undefined
      : 'must be NONE, LINEAR, EXPONENTIAL or an object';
  }
  if (typeof Object(value).delay !== 'function')
    return 'must be NONE, LINEAR, EXPONENTIAL or an object with delay(attempt)';
  // Every field has a default or is looked at below.
  const { maximumRetries, minimumDelay, maximumDelay } = limitsOf(value as CustomReconnectionPolicy);
  if (!isNumber(maximumRetries) || maximumRetries < 0) return 'must have maximumRetries of zero or more';
  if (!isNumber(minimumDelay) || minimumDelay <= 0)
    return 'must have a minimumDelay above zero: without one a dead server would be hammered';
  if (!isNumber(maximumDelay) || maximumDelay < minimumDelay)
    return 'must have a maximumDelay of at least its minimumDelay';
  return undefined;
}

// A text would pass for a number in a comparison, and be one no more in a sum.
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** The delays and limits of a reconnection policy. */
export function policyOf(policy: PNReconnectionPolicy | CustomReconnectionPolicy): BackoffPolicy {
  if (typeof policy === 'object') return { ...limitsOf(policy), delay: safely(policy) };
  const limits = limitsOf(policy === PNReconnectionPolicy.NONE ? { maximumRetries: 0 } : {});
  const exponential = (attempt: number) => FLOOR_DELAY * 2 ** attempt;
  return { ...limits, delay: policy === PNReconnectionPolicy.LINEAR ? () => 3_000 : exponential };
}

function limitsOf({
  maximumRetries = Number.POSITIVE_INFINITY,
  minimumDelay = FLOOR_DELAY,
  maximumDelay = LONGEST_DELAY,
}: Omit<CustomReconnectionPolicy, 'delay'>) {
  return { maximumRetries, minimumDelay, maximumDelay, longestRetryAfter: LONGEST_RETRY_AFTER };
}

// A program's mistake must not end the loop: a delay that cannot be had counts as the shortest.
function safely(policy: CustomReconnectionPolicy): (attempt: number) => number {
  return (attempt) => {
    try {
      // Whatever a program's function returns.
      return Number(policy.delay(attempt));
    } catch {
      return 0;
    }
  };
}
