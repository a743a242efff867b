import type { WireGap } from '../../protocol/envelope.ts';
import { isPresenceName, isWildcard, withoutPresence } from '../../protocol/names.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import { isEnvelope } from './envelope.ts';
import { each, type Names, NO_NAMES, namesOf, union } from './names.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/** How much of a loss history has brought back. */
export type Recovered = PNGapEvent['recovered'];

/** What is left of a loss, and how much of it history has brought back. */
export type Outcome = readonly [Loss, Recovered];

/** Why a backfill ends before it has brought everything. */
export type EarlyEnd = 'backfill-failed' | 'backlog-full';

/** A range in which entries are missing, or may be. */
export interface Loss {
  /** The names on the wire whose entries are missing; a single one when it is announced. */
  readonly names: Names;
  /** Exclusive start. */
  readonly from: Timetoken;
  /** Inclusive end. */
  readonly to: Timetoken;
  readonly reason: PNGapEvent['reason'];
  readonly certain: boolean;
  /** It is announced though history has nothing new: the live queue was not read, and may have had what history has not. */
  readonly isUnread?: true | undefined;
}

/** The poll that an answer belongs to, as far as what the answer leaves out depends on it. */
export interface Asked {
  readonly asked: Names;
  /** The timetoken of the poll's cursor. */
  readonly from: Timetoken;
  /** The timetoken of the cursor after the answer. */
  readonly to: Timetoken;
  /** The poll was sent so late that the server may have dropped entries. */
  readonly late: boolean;
  /** The answer holds so much that the server may have dropped entries. */
  readonly full: boolean;
}

const PRESENCE_KINDS = ['presence'] as const;
const STORED_KINDS = ['message', 'file'] as const;
const OTHER_KINDS = ['signal', 'messageAction', 'objects'] as const;

/** What an answer leaves out: as the origin says, or, if it says nothing, whatever it may have dropped. */
export function lossesIn(answer: LoopAnswer, { asked, from, to, late, full }: Asked): readonly Loss[] {
  const suspected = { names: asked, certain: false, isUnread: answer.isSilence };
  const losses: Loss[] = [];
  const isRegressed = compareTimetokens(to, from) < 0;
  // The cursor followed another region back: entries from there on that a floor keeps out are lost.
  if (isRegressed) losses.push({ ...suspected, from: to, to: from, reason: 'cursor-regressed' });
  if (answer.gaps) return [...losses, ...answer.gaps.map(told)];
  const reason = late ? 'retention' : full ? 'count-exceeded' : undefined;
  const times = [to, ...timesIn(answer)];
  // By the clock of that region the poll began before its oldest entry, by at least as much as the clocks differ.
  const start = isRegressed ? before(times.reduce(sooner), differenceOf(from, to)) : from;
  // What is missing is older than some entry that is there; the cursor may be older than that.
  const end = times.reduce(later);
  if (reason && compareTimetokens(end, start) > 0)
    losses.push({ ...suspected, from: start, to: end, reason });
  return losses;
}

// Timetokens of another region are of another clock.
function timesIn({ entries, cursor }: LoopAnswer): readonly Timetoken[] {
  return entries.flatMap((entry) => (isEnvelope(entry) && entry.p.r === cursor.region ? entry.p.t : []));
}

function differenceOf(a: Timetoken, b: Timetoken): bigint {
  return timetokenToBigInt(a) - timetokenToBigInt(b);
}

function told({ from, to, c, w, g }: WireGap): Loss {
  const names = namesOf([c ?? w ?? []].flat(), [g ?? []].flat());
  return { names, from, to, reason: 'trimmed', certain: true };
}

/** A regressed cursor's loss, from the oldest entry of the same answer on: floors keep that out as well. */
export function widened(loss: Loss, came: readonly Timetoken[]): Loss {
  return loss.reason === 'cursor-regressed'
    ? { ...loss, from: came.map((time) => before(time)).reduce(sooner, loss.from) }
    : loss;
}

/** The loss of each name; a channel and its presence are two names. */
export function apart(loss: Loss): readonly Loss[] {
  const losses: Loss[] = [];
  each(loss.names, (name, kind) => losses.push({ ...loss, names: { ...NO_NAMES, [kind]: [name] } }));
  return losses;
}

/** One loss that spans two. */
export function spanOf(a: Loss, b: Loss): Loss {
  return { ...a, names: union(a.names, b.names), from: sooner(a.from, b.from), to: later(a.to, b.to) };
}

/** Whether a loss of one name is one of presence events. */
export function isOfPresence({ names: { channels, groups } }: Loss): boolean {
  return [...channels, ...groups].some(isPresenceName);
}

/** The event of a loss. Its kinds are those that history cannot bring back, and those that it has not. */
export function gapEvent(loss: Loss, recovered: Recovered = 'none'): PNGapEvent {
  const { names, isUnread: _, ...range } = loss;
  const [channel, channelGroup] = [names.channels[0], names.groups[0]].map(
    (name) => name && withoutPresence(name),
  );
  const presence = isOfPresence(loss);
  const stored = recovered === 'complete' ? [] : STORED_KINDS;
  return {
    ...(channel !== undefined && (isWildcard(channel) ? { wildcard: channel } : { channel })),
    ...(channelGroup !== undefined && { channelGroup }),
    ...{ presence, ...range, recovered },
    kinds: presence ? PRESENCE_KINDS : [...stored, ...OTHER_KINDS],
  };
}

/** Whether a cursor is older than what the server keeps, by the server's own time; `retention` in milliseconds. */
export function isOverdue(cursor: Timetoken, now: Timetoken, retention: number): boolean {
  return Number(differenceOf(now, cursor)) / 10_000 > retention;
}

/** The timetoken so many ticks before another. */
export function before(timetoken: Timetoken, ticks: bigint | number = 1): Timetoken {
  const left = timetokenToBigInt(timetoken) - BigInt(ticks);
  return timetokenFromBigInt(left > 0n ? left : 0n);
}

/** The later one of two timetokens. */
export function later(a: Timetoken, b: Timetoken): Timetoken {
  return compareTimetokens(a, b) >= 0 ? a : b;
}

/** The earlier one of two timetokens. */
export function sooner(a: Timetoken, b: Timetoken): Timetoken {
  return compareTimetokens(a, b) <= 0 ? a : b;
}

/** Whether a position is not behind the end; not where that cannot be said, in another region. */
export function isUpTo(end: LoopCursor, { timetoken, region }: LoopCursor): boolean {
  return region === end.region && compareTimetokens(timetoken, end.timetoken) <= 0;
}
