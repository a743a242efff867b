import type { Shard } from '../shard.ts';
import type { Soon } from '../soon.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampOf, stampPlus } from '../store/stamp.ts';
import type { Lost } from '../window/gaps.ts';
import type { Names } from './read.ts';
import type { Call } from './route.ts';

// No log gives out timetokens of fewer than 17 digits: they ask for everything.
const EARLIEST: Stamp = `1${'0'.repeat(16)}`;
const REGION = /^\d{1,10}$/;

/** The position at which a poll begins, and the entries that its client has missed before. */
export interface Start {
  readonly cursor: Stamp;
  /** Set for a client that comes from another log. */
  readonly lost?: Lost;
}

/** A position, and the log that it is of. */
export interface Cursor {
  readonly cursor: Stamp;
  /** The number of the log; `undefined` if the client does not know it. */
  readonly region: number | undefined;
}

/** The names and the cursor of a poll. */
interface PollStart extends Names {
  readonly cursor: Stamp;
}

/** The same, as a poll holds them. */
interface Asked extends Cursor {
  readonly names: Names;
}

/** Finds the position in this log at which a client goes on (docs/reference/protocol.md, "Subscribe"). */
export function startOf(shard: Shard, call: Call, asked: Asked): Soon<Start> {
  const { names, cursor, region } = asked;
  const older = region === undefined && cursor >= EARLIEST && cursor < shard.window.log.lostUpto;
  if (older || isForeign(shard, asked)) return foreignStart(shard, call, { ...names, cursor });
  return cursor <= shard.window.position ? { cursor } : reachable(shard, call, cursor);
}

/**
 * `true` if the cursor is of another log than the window's by its region. That may be one that this origin has not heard of
 * yet: the log has to be read before the client counts as one that has lost something.
 */
export function isForeign({ window, adoptedCursors }: Shard, { cursor, region }: Cursor): boolean {
  const { epoch } = window.log;
  return region !== undefined && region !== epoch && !adoptedCursors.has({ cursor, epoch });
}

/** `true` if the cursor is of the window's log, which has just become another one: its client is ahead of this origin. */
export function isAhead({ window }: Shard, { cursor, region }: Cursor): boolean {
  const { epoch, lostUpto } = window.log;
  return region === undefined ? cursor > lostUpto : region === epoch;
}

/**
 * A client from another log has seen nothing of this one, even if its timetoken is later because the clock was set back.
 * It gets all entries, and a gap for the entries of the other log that it may have missed.
 */
export async function foreignStart({ log, window }: Shard, call: Call, poll: PollStart): Promise<Start> {
  const { began } = window.log;
  const { channels, groups, cursor: after } = poll;
  const regressed = after >= began;
  // The other log may have stamped more entries within that millisecond. From here on no timetoken is given out twice,
  // and the client's does not go back.
  const newest = laterStamp(after, began);
  const floor = stampPlus(newest, 1);
  if (regressed || isNear(call, newest)) await log.fence(isNear(call, newest) ? floor : undefined);
  if (regressed || window.position < floor) await window.catchUp();
  const upto = regressed ? window.position : floor;
  return { cursor: regressed ? began : after, lost: { channels, groups, after, upto } };
}

/**
 * The position from which a cursor of this log can be served. A cursor that is a little ahead comes from an origin with
 * a faster clock, and raises the log above itself. One that is far ahead does not: clients could push the log to the end
 * of time.
 */
async function reachable({ log }: Shard, call: Call, cursor: Stamp): Promise<Start> {
  const head = await log.fence(isNear(call, cursor) ? cursor : undefined);
  return { cursor: cursor <= head ? cursor : head };
}

// Compared with the clock: a client could push the log on without end, step by step.
function isNear({ services }: Call, position: Stamp): boolean {
  return position <= stampOf(services.clock.now() + MAX_AHEAD_MS);
}

/** The region identifies the log of a cursor; `0`, and what is no number, identifies none. */
export function regionOfText(region = ''): number | undefined {
  return REGION.test(region) && Number(region) !== 0 ? Number(region) : undefined;
}
