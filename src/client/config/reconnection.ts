import { type BackoffPolicy, FLOOR_DELAY } from '../runtime/backoff.ts';
import type { CustomReconnectionPolicy, PNReconnectionPolicy } from './options.ts';

/** The bounds of a policy that sets none. */
const BOUNDS = {
  maximumRetries: Number.POSITIVE_INFINITY,
  minimumDelay: FLOOR_DELAY,
  maximumDelay: 150_000,
  longestRetryAfter: 3_600_000,
};

/** The default policy. */
export const EXPONENTIAL: BackoffPolicy = { ...BOUNDS, delay: (attempt) => FLOOR_DELAY * 2 ** attempt };

const POLICIES: Readonly<Record<string, BackoffPolicy>> = {
  NONE: { ...EXPONENTIAL, maximumRetries: 0 },
  LINEAR: { ...BOUNDS, delay: () => 3_000 },
  EXPONENTIAL,
} satisfies Record<PNReconnectionPolicy, BackoffPolicy>;

/** The delays and limits of a reconnection policy, whose members are read once; or why the value is not one. */
export function policyOf(value: unknown): BackoffPolicy | string {
  const named = typeof value === 'string' && Object.hasOwn(POLICIES, value) && POLICIES[value];
  if (named) return named;
  const given: Partial<CustomReconnectionPolicy> = Object(value);
  const { delay } = given;
  if (typeof delay !== 'function')
    return 'must be NONE, LINEAR, EXPONENTIAL or an object with delay(attempt)';
  const stray = strayIn(given);
  if (stray !== undefined)
    return `has no member "${stray}", but delay, maximumRetries, minimumDelay and maximumDelay`;
  const {
    maximumRetries = BOUNDS.maximumRetries,
    minimumDelay = BOUNDS.minimumDelay,
    maximumDelay = BOUNDS.maximumDelay,
  } = given;
  if (!isFrom(0, maximumRetries)) return 'must have maximumRetries of zero or more';
  if (!isFrom(Number.MIN_VALUE, minimumDelay))
    return 'must have a minimumDelay above zero: without one a dead server would be hammered';
  if (!isFrom(minimumDelay, maximumDelay)) return 'must have a maximumDelay of at least its minimumDelay';
  const own = (attempt: number) => Reflect.apply(delay, value, [attempt]);
  return { ...BOUNDS, maximumRetries, minimumDelay, maximumDelay, delay: safely(own) };
}

const MEMBERS = ['delay', 'maximumRetries', 'minimumDelay', 'maximumDelay'];

// A class may have members of its own.
function strayIn(policy: object): string | undefined {
  const isPlain = Object.getPrototypeOf(policy) === Object.prototype;
  return isPlain ? Object.keys(policy).find((name) => !MEMBERS.includes(name)) : undefined;
}

// A string passes for a number in a comparison, but not in a sum.
function isFrom(least: number, value: unknown): boolean {
  return typeof value === 'number' && value >= least;
}

// A program's mistake must not end the loop: a `delay()` that throws counts as the shortest.
function safely(delay: (attempt: number) => unknown): (attempt: number) => number {
  return (attempt) => {
    try {
      return Number(delay(attempt));
    } catch {
      return 0;
    }
  };
}
