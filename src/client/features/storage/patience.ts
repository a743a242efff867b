import { compareTimetokens } from '../../../protocol/timetoken.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import { isOverdue } from '../../subscribe/gaps.ts';
import type { LoopCursor } from '../../subscribe/state.ts';

/** A server that has entries for a poll answers within this, in milliseconds, or within four round trips. */
const SILENCE = 10_000;
const ROUND_TRIPS = 4;

/**
 * How long a poll may be silent whose cursor is older than what the server keeps, in milliseconds: a server that tells no
 * gaps may hold it for minutes, while only history has what came since. `undefined` with any other cursor, and with a
 * subscription that does not read history: the live queue may be all that it gets.
 */
export function patienceFor(
  { demand, floor, loop, settings, tellsGaps }: SubscribeEngine,
  cursor: LoopCursor,
): number | undefined {
  if (!floor || tellsGaps || !isOverdue(cursor.timetoken, floor.timetoken, settings.liveRetention)) return;
  const isLeft = [...demand.subscriptions].every(({ wish: { recovers, start } }) => {
    const isBefore = start && compareTimetokens(cursor.timetoken, start.timetoken) <= 0;
    return recovers.gaps || (recovers.start && isBefore);
  });
  return isLeft ? Math.max(SILENCE, loop.state.roundTrip * ROUND_TRIPS) : undefined;
}
