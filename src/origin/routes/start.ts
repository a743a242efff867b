import type { Shard } from '../shard.ts';
import { laterStamp, type Stamp, stampOf, stampPlus } from '../store/stamp.ts';
import type { Lost } from '../window/gaps.ts';
import type { Names } from './read.ts';
import type { Call } from './route.ts';

const FLOOR_MS = 5_000;
// Seventeen digits. What has fewer was given out by no log: who says it wants all there is.
const EARLIEST: Stamp = `1${'0'.repeat(16)}`;
const REGION = /^\d{1,10}$/;

/** Where a poll begins, and what its client has missed before. */
export interface Start {
  readonly cursor: Stamp;
  /** Set for a client that comes from another log. */
  readonly lost?: Lost;
}

/** What a poll asks for. */
interface Wish extends Names {
  readonly cursor: Stamp;
}

/** Finds the place in this log at which a client goes on (docs/reference/protocol.md, "Subscribe"). */
export async function startOf(shard: Shard, call: Call, wish: Wish): Promise<Start> {
  const { cursor } = wish;
  const region = regionOf(call);
  const foreign = region !== undefined && region !== shard.epoch && !shard.adopted.has(cursor);
  const older = region === undefined && cursor >= EARLIEST && cursor < shard.began;
  return foreign || older
    ? strangerStart(shard, call, wish)
    : { cursor: await reachable(shard, call, cursor) };
}

/**
 * A client from another log has seen nothing of this one, also where its timetoken is later because the clock has gone
 * back. It gets all that there is, and is told that the other log may have held more than it has seen.
 */
async function strangerStart({ log, window, began }: Shard, call: Call, wish: Wish): Promise<Start> {
  const { channels, groups, cursor: after } = wish;
  const regressed = after >= began;
  // The other log may have stamped more within that millisecond. From here on no timetoken is given out twice, and the
  // client's does not go back.
  const newest = laterStamp(after, began);
  const floor = stampPlus(newest, 1);
  if (isNear(call, newest)) await log.raise(floor);
  if (regressed) await log.head();
  if (regressed || window.position < floor) await window.catchUp();
  const upto = regressed ? window.position : floor;
  return { cursor: regressed ? began : after, lost: { channels, groups, after, upto } };
}

/**
 * The position from which a cursor of this log can be served. One that is a little ahead was given out by an origin
 * with a faster clock, and lifts the log above itself. One that is far ahead is nobody's: if it did that too, clients
 * could push the log to the end of time.
 */
async function reachable({ log, window }: Shard, call: Call, cursor: Stamp): Promise<Stamp> {
  if (cursor <= window.position) return cursor;
  const head = await log.head();
  if (cursor <= head) return cursor;
  if (!isNear(call, cursor)) return head;
  await log.raise(cursor);
  return cursor;
}

// Measured against the clock, not the log: step by step that could be pushed on without end.
function isNear({ services }: Call, position: Stamp): boolean {
  return position <= stampOf(services.clock.now() + FLOOR_MS);
}

// The region tells which log a cursor belongs to; `0` tells nothing.
function regionOf({ query }: Call): number | undefined {
  const region = query.text('tr') ?? '';
  return REGION.test(region) && Number(region) !== 0 ? Number(region) : undefined;
}
