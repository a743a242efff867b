import { type BackoffPolicy, FLOOR_DELAY } from '../runtime/backoff.ts';
import { type CustomReconnectionPolicy, PNReconnectionPolicy } from './options.ts';

const LONGEST_DELAY = 150_000;
/** The longest `Retry-After` that is followed. */
const LONGEST_RETRY_AFTER = 3_600_000;

/** A copy of a policy, whose `delay()` is still called on the original; any other value as it is. */
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

/** Why a value is not a reconnection policy; `undefined` if it is one. */
export function policyProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return Object.hasOwn(PNReconnectionPolicy, value)
      ? undefined
      : 'must be NONE, LINEAR, EXPONENTIAL or an object';
  }
  if (typeof Object(value).delay !== 'function')
    return 'must be NONE, LINEAR, EXPONENTIAL or an object with delay(attempt)';
  // Every field has a default or is checked below.
  const { maximumRetries, minimumDelay, maximumDelay } = boundsOf(value as CustomReconnectionPolicy);
  if (!isNumber(maximumRetries) || maximumRetries < 0) return 'must have maximumRetries of zero or more';
  if (!isNumber(minimumDelay) || minimumDelay <= 0)
    return 'must have a minimumDelay above zero: without one a dead server would be hammered';
  if (!isNumber(maximumDelay) || maximumDelay < minimumDelay)
    return 'must have a maximumDelay of at least its minimumDelay';
  return undefined;
}

// A string passes for a number in a comparison, but not in a sum.
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** The delays and limits of a reconnection policy. */
export function policyOf(policy: PNReconnectionPolicy | CustomReconnectionPolicy): BackoffPolicy {
  if (typeof policy === 'object') return { ...boundsOf(policy), delay: safely(policy) };
  const bounds = boundsOf(policy === PNReconnectionPolicy.NONE ? { maximumRetries: 0 } : {});
  const exponential = (attempt: number) => FLOOR_DELAY * 2 ** attempt;
  return { ...bounds, delay: policy === PNReconnectionPolicy.LINEAR ? () => 3_000 : exponential };
}

function boundsOf({
  maximumRetries = Number.POSITIVE_INFINITY,
  minimumDelay = FLOOR_DELAY,
  maximumDelay = LONGEST_DELAY,
}: Omit<CustomReconnectionPolicy, 'delay'>) {
  return { maximumRetries, minimumDelay, maximumDelay, longestRetryAfter: LONGEST_RETRY_AFTER };
}

// A program's mistake must not end the loop: a `delay()` that throws counts as the shortest.
function safely(policy: CustomReconnectionPolicy): (attempt: number) => number {
  return (attempt) => {
    try {
      // It may return anything.
      return Number(policy.delay(attempt));
    } catch {
      return 0;
    }
  };
}
