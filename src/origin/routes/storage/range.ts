import { isTimetoken } from '../../../protocol/timetoken.ts';
import type { Query } from '../../http/request.ts';
import type { StampRange } from '../../store/history.ts';
import { HIGHEST_STAMP, type Stamp, stampFromCursor, ZERO_STAMP } from '../../store/stamp.ts';

const NOTHING: StampRange = { from: HIGHEST_STAMP, to: ZERO_STAMP };

/** The timetokens that bound a range, as clients give them. */
export interface Bounds {
  readonly start: Stamp | undefined;
  readonly end: Stamp | undefined;
}

/** The `start` and `end` of a request; `undefined` when one of them is no timetoken. */
export function boundsOf(query: Query): Bounds | undefined {
  const start = query.text('start');
  const end = query.text('end');
  if (![start, end].every((bound) => bound === undefined || isTimetoken(bound))) return undefined;
  return { start: start && stampFromCursor(start), end: end && stampFromCursor(end) };
}

/**
 * The entries that bounds select: `start` never counts, `end` does, and they may come in either order. With one bound
 * alone, time runs from `start` and to `end`: backwards, or forwards when `reverse` is set
 * (docs/reference/protocol.md, "Ranges").
 */
export function rangeOf({ start, end }: Bounds, reverse: boolean): StampRange {
  if (start === undefined) {
    if (end === undefined) return { from: ZERO_STAMP, to: HIGHEST_STAMP };
    return reverse ? { from: ZERO_STAMP, to: end } : { from: end, to: HIGHEST_STAMP };
  }
  if (end === undefined) return reverse ? after(start, HIGHEST_STAMP) : before(start, ZERO_STAMP);
  if (start === end) return NOTHING;
  return start > end ? before(start, end) : after(start, end);
}

function after(start: Stamp, to: Stamp): StampRange {
  return start === HIGHEST_STAMP ? NOTHING : { from: moved(start, 1n), to };
}

function before(start: Stamp, from: Stamp): StampRange {
  return start === ZERO_STAMP ? NOTHING : { from, to: moved(start, -1n) };
}

function moved(stamp: Stamp, by: bigint): Stamp {
  return (BigInt(stamp) + by).toString().padStart(stamp.length, '0');
}
