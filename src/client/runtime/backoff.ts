/** When to come back after a failure. Delays in milliseconds. */
export interface BackoffPolicy {
  /** The longest delay before the given attempt (1 is the first retry), before jitter. */
  readonly delay: (attempt: number) => number;
  /** No delay is shorter, whatever the jitter or the server says. */
  readonly minimumDelay: number;
  /** No delay is longer. */
  readonly maximumDelay: number;
  /** Attempts before giving up; `Infinity` never does. */
  readonly maximumRetries: number;
}

/** What the delay of one attempt depends on. */
export interface BackoffInput {
  /** 1 for the first retry. */
  readonly attempt: number;
  /** A random number from 0 up to 1. */
  readonly random: number;
  /** Milliseconds that the server asked for. */
  readonly retryAfter?: number | undefined;
}

/**
 * The delay before a retry: full jitter between the floor and the policy's delay, or, where the server named a time, that
 * time and a little jitter. Always between `minimumDelay` and `maximumDelay`.
 */
export function backoff(policy: BackoffPolicy, { attempt, random, retryAfter }: BackoffInput): number {
  const { minimumDelay: floor, maximumDelay: cap } = policy;
  if (retryAfter !== undefined) return clamp(retryAfter + random * floor, floor, cap);
  const ceiling = clamp(policy.delay(attempt), floor, cap);
  return floor + random * (ceiling - floor);
}

// NaN, which a program's own delay function may return, counts as the floor.
function clamp(value: number, floor: number, cap: number): number {
  return value >= floor ? Math.min(value, cap) : floor;
}

/** Reads a `Retry-After` header, seconds or a date, as milliseconds from `now`; nothing when it is neither. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Only dates with a time zone: engines guess at much else.
  const date = /(\bGMT|\bUTC|\dZ)$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
