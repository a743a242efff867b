import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { Backfill } from './backfill.ts';
import type { From, Seen } from './dedupe.ts';
import { groupOf } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';
import type { LoopCursor } from './state.ts';

/** An entry on its way to those who want it. */
export interface Arrived {
  readonly envelope: WireEnvelope;
  /** The group that it came for, if any. */
  readonly group: string | undefined;
  /** What the deduplication window remembers of it. */
  readonly seen: Seen;
  /** The end of the loop's answer that it came in. */
  readonly upTo?: LoopCursor;
  /** The backfill that fetched it; `undefined` if the loop did. */
  readonly source: Backfill | undefined;
  /** It waits for backfills whose serial is below this: those that began before the one that fetched or released it. */
  readonly turn: number;
  /** It is one of the newest stored messages, which a subscription gets whatever its floor. */
  readonly isRewound?: boolean;
  readonly bytes: number;
}

/** An entry that waits, and for whom. */
export interface Held {
  readonly arrived: Arrived;
  readonly subscription: LiveSubscription;
}

/**
 * Tells the groups that the entries of one answer came for. Where a channel and a group of one name were asked for, an
 * entry of both comes twice, and nothing else tells the two apart. History has each entry once.
 */
export function groupsOfAnswer(
  asked: Names,
  from?: From,
): (envelope: WireEnvelope, seen: Seen) => string | undefined {
  const once = new Set<Seen>();
  return (envelope, seen) => {
    const group = groupOf(envelope, asked);
    const { c, b = c } = envelope;
    if (from === 'history' || group || b !== c || !asked.groups.includes(c)) return group;
    if (once.has(seen)) return c;
    once.add(seen);
    return;
  };
}

/** Whether a subscription wants an entry, and has not had it. */
export function wants({ id, interest, ledger }: LiveSubscription, arrived: Arrived): boolean {
  const { envelope, group, seen, isRewound } = arrived;
  if (seen.had.has(id)) return false;
  if (ledger?.refuses(arrived)) return false;
  return interest.matches(envelope.c, group, isRewound ? undefined : envelope.p.t);
}

/** The last of the backfills that an entry waits for: from there it goes on to those before, each in its order. */
export function holderOf({ backfills }: LiveSubscription, arrived: Arrived): Backfill | undefined {
  if (backfills.length === 0) return undefined;
  return backfills.findLast((backfill) => backfill.serial < arrived.turn && backfill.holdsBack(arrived));
}
