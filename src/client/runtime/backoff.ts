/** The shortest time between two attempts, in milliseconds. */
export const FLOOR_DELAY = 1_000;

/** The delays between retries, in milliseconds. */
export interface BackoffDelays {
  /** The longest delay before the given attempt (1 is the first retry), before jitter. */
  readonly delay: (attempt: number) => number;
  /** The shortest delay, with jitter and `Retry-After`. */
  readonly minimumDelay: number;
  /** The longest delay of the policy; `Infinity` sets no bound. */
  readonly maximumDelay: number;
  /** The longest `Retry-After` that is followed. */
  readonly longestRetryAfter: number;
}

/** The delays and limits of retries. */
export interface BackoffPolicy extends BackoffDelays {
  /** Attempts before giving up; `Infinity` never does. */
  readonly maximumRetries: number;
}

/** The variables of one delay. */
export interface BackoffInput {
  /** 1 for the first retry. */
  readonly attempt: number;
  /** A random number from 0 up to 1. */
  readonly random: number;
  /** Milliseconds that the server asked for. */
  readonly retryAfter?: number | undefined;
}

/**
 * The delay before a retry: full jitter between `minimumDelay` and the policy's delay, or the server's `Retry-After` with a
 * little jitter. At most `maximumDelay` or `longestRetryAfter`. `Infinity`: no retry until the program asks for one.
 */
export function backoff(policy: BackoffDelays, { attempt, random, retryAfter }: BackoffInput): number {
  const { minimumDelay: floor, maximumDelay: cap, longestRetryAfter } = policy;
  if (retryAfter !== undefined)
    return clamp(retryAfter + random * floor, floor, Math.max(floor, longestRetryAfter));
  const ceiling = clamp(policy.delay(attempt), floor, cap);
  // No random number lies between a floor and infinity.
  if (ceiling === Number.POSITIVE_INFINITY) return ceiling;
  return clamp(floor + random * (ceiling - floor), floor, ceiling);
}

// NaN, which a program's own functions may return, counts as the floor.
function clamp(value: number, floor: number, cap: number): number {
  return value >= floor ? Math.min(value, cap) : floor;
}

/**
 * The `Retry-After` of an answer in milliseconds; `undefined` if absent. A date is compared with the server's own time, if
 * the answer has it: the local clock, `now`, may be wrong.
 */
export function retryAfterIn(headers: Headed, now: number): number | undefined {
  const header = headerIn(headers, 'retry-after');
  if (header === null) return undefined;
  const there = readDate(headerIn(headers, 'date')?.trim() ?? '');
  return parseRetryAfter(header, Number.isNaN(there) ? now : there);
}

interface Headed {
  readonly get: (name: string) => string | null;
}

/** A header, or `null` for one that cannot be read: those of a program's own transport may be anything. */
export function headerIn(headers: Headed, name: string): string | null {
  try {
    const header: unknown = headers.get(name);
    return typeof header === 'string' ? header : null;
  } catch {
    return null;
  }
}

/** Reads a `Retry-After` header, seconds or a date, as milliseconds from `now`; `undefined` if it is neither. */
export function parseRetryAfter(header: string, now: number): number | undefined {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  const date = readDate(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

// Only dates with a time zone: engines differ in the others.
function readDate(text: string): number {
  return /(\bGMT|\bUTC|\dZ)$/i.test(text) ? Date.parse(text) : Number.NaN;
}
