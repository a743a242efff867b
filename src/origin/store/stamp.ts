import type { Timetoken } from '../../protocol/timetoken.ts';

/** A timetoken of exactly 17 digits. Stamps compare correctly as strings; they are never converted to numbers. */
export type Stamp = Timetoken;

/** Below every stamp. */
export const ZERO_STAMP: Stamp = '0'.repeat(17);

/** As high as a stamp can be. */
export const HIGHEST_STAMP: Stamp = '9'.repeat(17);

/** The milliseconds by which a client's timetoken may move a log ahead of the clock of its engine. */
export const MAX_AHEAD_MS = 5_000;

const DIGITS = 17;
const SECOND_DIGITS = 10;
const TICK_DIGITS = 4;
const TICKS_PER_SECOND = 10_000_000;
const TICKS_PER_MILLISECOND = 10_000;

/** The stamp of a wall-clock time in milliseconds. */
export function stampOf(milliseconds: number): Stamp {
  const seconds = Math.floor(milliseconds / 1000);
  return print(seconds, ticksOf(milliseconds, seconds));
}

/** The stamp of a wall-clock time in milliseconds, or the successor of `last` if that is not greater. */
export function stampAfter(last: Stamp, milliseconds: number): Stamp {
  const seconds = Math.floor(milliseconds / 1000);
  const ticks = ticksOf(milliseconds, seconds);
  const lastSeconds = Number(last.slice(0, SECOND_DIGITS));
  const nextTicks = Number(last.slice(SECOND_DIGITS)) + 1;
  if (seconds > lastSeconds || (seconds === lastSeconds && ticks >= nextTicks)) return print(seconds, ticks);
  return nextTicks === TICKS_PER_SECOND ? print(lastSeconds + 1, 0) : print(lastSeconds, nextTicks);
}

/** The stamp so many milliseconds later. */
export function stampPlus(stamp: Stamp, milliseconds: number): Stamp {
  return (BigInt(stamp) + BigInt(Math.round(milliseconds * TICKS_PER_MILLISECOND)))
    .toString()
    .padStart(DIGITS, '0');
}

/** A client's cursor as a stamp: padded when short; one with too many digits is later than every stamp. */
export function stampFromCursor(cursor: Timetoken): Stamp {
  // As nearly all are.
  if (cursor.length === DIGITS) return cursor;
  const digits = cursor.replace(/^0+/, '');
  return digits.length > DIGITS ? HIGHEST_STAMP : digits.padStart(DIGITS, '0');
}

/** A stamp as the client gave it: without the zeros that made it 17 digits long. */
export function timetokenOf(stamp: Stamp): Timetoken {
  return stamp.replace(/^0+(?=\d)/, '');
}

/** The wall-clock time of a stamp, in whole milliseconds. */
export function millisecondsOf(stamp: Stamp): number {
  return Number(stamp.slice(0, -TICK_DIGITS));
}

/** The later of two stamps. */
export function laterStamp(a: Stamp, b: Stamp): Stamp {
  return a > b ? a : b;
}

/** The index of the first item after a position, of items in ascending order from an index on. */
export function firstAfter(
  items: readonly ({ readonly tt: Stamp } | undefined)[],
  position: Stamp,
  from = 0,
): number {
  let low = from;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item && item.tt <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Two halves, each below 2^53: seventeen digits do not fit a double.
function ticksOf(milliseconds: number, seconds: number): number {
  return Math.floor((milliseconds - seconds * 1000) * TICKS_PER_MILLISECOND);
}

function print(seconds: number, ticks: number): Stamp {
  return String(seconds).padStart(SECOND_DIGITS, '0') + String(ticks).padStart(DIGITS - SECOND_DIGITS, '0');
}
