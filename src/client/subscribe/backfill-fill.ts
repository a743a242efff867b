import type { Timetoken } from '../../protocol/timetoken.ts';
import type { Backfill } from './backfill.ts';
import type { BackfillHistory } from './backfill-history.ts';
import { isEnvelope, isStored } from './decode.ts';
import { isExhaustive, later, type NamedLoss } from './gaps.ts';
import type { HistoryRows } from './history-source.ts';
import type { LoopAnswer } from './state.ts';

/** Failures in a row before a backfill ends in a gap. */
export const MOST_ATTEMPTS = 5;
const MOST_ROWS = 1_000;

/** What history has of a loss. */
export interface Filled {
  readonly loss: NamedLoss;
  readonly parts: readonly HistoryRows[];
  /** Whether it is known that these are all parts. */
  readonly isComplete: boolean;
}

/** A loss that an answer from the live queue has told, or is suspected of. */
export interface Fillable {
  readonly history: BackfillHistory | undefined;
  readonly backfill: Backfill;
  readonly answer: LoopAnswer;
  readonly loss: NamedLoss;
}

/**
 * Reads what a loss holds. Rejects while it may be tried again; in the end, what history does not give must not keep back
 * what the live queue has given.
 */
export async function fill(fillable: Fillable, signal: AbortSignal): Promise<Filled> {
  const { backfill, loss } = fillable;
  try {
    return await read(fillable, signal);
  } catch (error) {
    if (signal.aborted || backfill.attempts < MOST_ATTEMPTS) throw error;
    return { loss: { ...loss, reason: 'backfill-failed' }, parts: [], isComplete: false };
  }
}

async function read({ history, backfill, answer, loss }: Fillable, signal: AbortSignal): Promise<Filled> {
  const { names, from, to } = loss;
  const places = (await history?.placesOf(backfill, names, signal)) ?? [];
  const parts = places.map((place) => {
    const newest = newestIn(answer, place.channel);
    const range = { after: from, upTo: later(to, newest ?? to), most: MOST_ROWS };
    return history?.rows({ ...place, ...range }, () => newest, signal) ?? NOTHING;
  });
  return { loss, parts: await Promise.all(parts), isComplete: isExhaustive(names) };
}

const NOTHING: HistoryRows = Object.freeze({ rows: [], cutAt: undefined });

function newestIn({ entries }: LoopAnswer, channel: string): Timetoken | undefined {
  const isIts = (entry: unknown) => isEnvelope(entry) && entry.c === channel && isStored(entry);
  const newest = entries.findLast(isIts);
  return isEnvelope(newest) ? newest.p.t : undefined;
}
