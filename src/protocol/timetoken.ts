/**
 * A point in time of the protocol: a string of decimal digits, in ticks of 100 nanoseconds since the Unix epoch.
 * Seventeen digits exceed 2^53, so a timetoken is never a `number` (docs/reference/protocol.md, "Timetokens").
 */
export type Timetoken = string;

const DIGITS = /^\d{1,19}$/;
const TICKS_PER_MILLISECOND = 10_000n;

/** `true` for a timetoken: a string of one to nineteen decimal digits. */
export function isTimetoken(value: unknown): value is Timetoken {
  return typeof value === 'string' && DIGITS.test(value);
}

/**
 * Orders two timetokens as numbers: negative, zero or positive. Leading zeros do not matter. Throws a `RangeError` for what
 * is no string of digits.
 */
export function compareTimetokens(a: Timetoken, b: Timetoken): number {
  // Nearly all have one length, and every delivery compares some: their digits are not looked at one by one.
  if (typeof a === 'string' && typeof b === 'string' && a.length === b.length)
    return a < b ? -1 : a > b ? 1 : 0;
  const left = timetokenToBigInt(a);
  const right = timetokenToBigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The date of a timetoken, in whole milliseconds: `timetokenToDate('17000000000000000')`. */
export function timetokenToDate(timetoken: Timetoken): Date {
  return new Date(Number(timetokenToBigInt(timetoken) / TICKS_PER_MILLISECOND));
}

/** The timetoken of a date: `timetokenFromDate(new Date())`. Throws a `RangeError` on an invalid date, or none. */
export function timetokenFromDate(date: Date): Timetoken {
  const milliseconds = date?.getTime?.();
  if (!(milliseconds >= 0)) throw new RangeError('A timetoken needs a valid date at or after 1970-01-01.');
  return timetokenFromBigInt(BigInt(Math.trunc(milliseconds)) * TICKS_PER_MILLISECOND);
}

/** The timetoken as a `bigint`, for arithmetic. Throws a `RangeError` when it is not a string of digits. */
export function timetokenToBigInt(timetoken: Timetoken): bigint {
  if (!isTimetoken(timetoken)) throw new RangeError('A timetoken is a string of 1 to 19 decimal digits.');
  return BigInt(timetoken);
}

/** The timetoken of a `bigint`: seventeen digits, padded with zeros. Throws a `RangeError` for anything else. */
export function timetokenFromBigInt(ticks: bigint): Timetoken {
  if (typeof ticks !== 'bigint' || ticks < 0n) throw new RangeError('A timetoken needs a bigint from 0n on.');
  return ticks.toString().padStart(17, '0');
}
