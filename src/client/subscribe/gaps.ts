import type { WireGap } from '../../protocol/envelope.ts';
import { isPresenceName, isWildcard, withoutPresence } from '../../protocol/names.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import { type Names, namesOf } from './names.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/** A range in which entries are missing, or may be. */
export interface Range {
  /** Exclusive start. */
  readonly from: Timetoken;
  /** Inclusive end. */
  readonly to: Timetoken;
  readonly reason: PNGapEvent['reason'];
  readonly certain: boolean;
}

/** A range as it stands in an answer: of one name as the wire has it, or of every name that was asked for. */
export interface Loss extends Range {
  readonly name?: { readonly c?: string; readonly w?: string; readonly g?: string };
}

/** A range of named channels, wildcards and groups. */
export interface NamedLoss extends Range {
  /** The names, as they stand on the wire; one, where it is told. */
  readonly names: Names;
  readonly presence: boolean;
}

/** An answer to a long poll, as far as what it leaves out depends on it. */
export interface Arrival {
  readonly answer: LoopAnswer;
  readonly before: LoopCursor;
  readonly cursor: LoopCursor;
  /** The poll was sent so late that the server may have dropped entries. */
  readonly late: boolean;
  /** The answer holds so much that the server may have dropped entries. */
  readonly full: boolean;
}

/** What is missing may have come late, or by another clock: it is looked for from so many milliseconds before. */
export const OVERLAP = 10_000;

const PRESENCE_KINDS = ['presence'] as const;
const STORED_KINDS = ['message', 'file'] as const;
const OTHER_KINDS = ['signal', 'messageAction', 'objects'] as const;

/** What an answer leaves out: an origin that tells what it dropped is believed; of another, the worst is suspected. */
export function lossesIn({ answer, before, cursor, late, full }: Arrival): readonly Loss[] {
  const [from, to] = [before.timetoken, cursor.timetoken];
  const losses: Loss[] = [];
  // The cursor has followed another region back: what floors keep out from there on is lost.
  if (compareTimetokens(to, from) < 0)
    losses.push({ from: to, to: from, reason: 'cursor-regressed', certain: false });
  if (answer.gaps) return [...losses, ...answer.gaps.map(told)];
  const reason = late ? 'retention' : full ? 'count-exceeded' : undefined;
  if (reason && compareTimetokens(to, from) > 0) losses.push({ from, to, reason, certain: false });
  return losses;
}

function told({ from, to, ...name }: WireGap): Loss {
  return { name, from, to, reason: 'trimmed', certain: true };
}

/** What comes with a region that counts from an earlier time may be older still, and kept out by floors as well. */
export function widened<L extends Loss>(loss: L, came: readonly Timetoken[]): L {
  return loss.reason === 'cursor-regressed'
    ? { ...loss, from: came.map(before).reduce(sooner, loss.from) }
    : loss;
}

/** The losses of single names; one of a channel and its presence are two. */
export function namedLosses({ name, ...range }: Loss, asked: Names): readonly NamedLoss[] {
  const { c, w, g } = name ?? {};
  const channels = name ? [c ?? w ?? []].flat() : asked.channels;
  const groups = name ? [g ?? []].flat() : asked.groups;
  return namesApart(namesOf(channels, groups)).map((names) => ({
    ...range,
    names,
    presence: [...names.channels, ...names.groups].some(isPresenceName),
  }));
}

/** Whether it is known which channels names stand for: of groups and wildcards it is not, but by what comes. */
export function isExhaustive({ channels, groups }: Names): boolean {
  return groups.length === 0 && !channels.some((name) => isWildcard(withoutPresence(name)));
}

/** Mixes of one name each. */
export function namesApart({ channels, groups }: Names): readonly Names[] {
  return [...channels.map((name) => namesOf([name], [])), ...groups.map((name) => namesOf([], [name]))];
}

/** The event of a loss. What history cannot bring back is named in its kinds. */
export function gapEvent(
  { names, presence, from, to, reason, certain }: NamedLoss,
  recovered: PNGapEvent['recovered'] = 'none',
): PNGapEvent {
  const [channel, channelGroup] = [names.channels[0], names.groups[0]].map(
    (name) => name && withoutPresence(name),
  );
  const stored = recovered === 'complete' ? [] : STORED_KINDS;
  return {
    ...(channel !== undefined && (isWildcard(channel) ? { wildcard: channel } : { channel })),
    ...(channelGroup !== undefined && { channelGroup }),
    ...{ presence, from, to, reason, certain, recovered },
    kinds: presence ? PRESENCE_KINDS : [...stored, ...OTHER_KINDS],
  };
}

/** What history has brought of a loss. */
export interface Brought {
  readonly hasBrought: boolean;
  /** Whether it is known that history has said everything. */
  readonly isComplete: boolean;
  /** Of each channel of which older rows were left out: where the others begin. */
  readonly cuts: readonly Timetoken[];
}

/** What is left of a loss, and how much of it has been recovered. */
export function outcomeOf(
  loss: NamedLoss,
  { hasBrought, isComplete, cuts }: Brought,
): readonly [NamedLoss, PNGapEvent['recovered']] {
  if (loss.reason === 'backfill-failed' || loss.reason === 'backlog-full')
    return [loss, hasBrought ? 'partial' : 'none'];
  if (!isComplete) return [loss, 'partial'];
  if (cuts.length === 0) return [loss, 'complete'];
  return [{ ...loss, to: sooner(loss.to, before(cuts.reduce(later))) }, 'partial'];
}

/** Whether a cursor is older than what the server keeps, by the server's own time; `retention` in milliseconds. */
export function isOverdue(cursor: Timetoken, now: Timetoken, retention: number): boolean {
  return Number(timetokenToBigInt(now) - timetokenToBigInt(cursor)) / 10_000 > retention;
}

/** The timetoken so many milliseconds before another. */
export function earlier(timetoken: Timetoken, milliseconds: number): Timetoken {
  return minus(timetoken, BigInt(milliseconds) * 10_000n);
}

/** The last timetoken before another. */
export function before(timetoken: Timetoken): Timetoken {
  return minus(timetoken, 1n);
}

function minus(timetoken: Timetoken, ticks: bigint): Timetoken {
  const left = timetokenToBigInt(timetoken) - ticks;
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
