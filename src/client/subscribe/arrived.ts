import type { WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Backfill } from './backfill.ts';
import { isStored } from './decode.ts';
import type { Seen } from './dedupe.ts';
import { groupOf } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Mix } from './mix.ts';

/** An entry on its way to those who want it. */
export interface Arrived {
  readonly envelope: WireEnvelope;
  /** The group that it came for, if any. */
  readonly group: string | undefined;
  /** What is remembered of it. */
  readonly seen: Seen;
  /** What fetched it, or has let it go on; `undefined` for what comes from the loop. */
  readonly source: Backfill | undefined;
  /** It is one of the newest stored messages, which a subscription gets whatever its floor. */
  readonly isRewound: boolean;
  /** It was fetched to fill a loss. */
  readonly isFill: boolean;
  readonly bytes: number;
}

/**
 * Tells the groups that the entries of one answer came for. Where a channel and a group of one name were asked for, an
 * entry of both comes twice, and nothing else tells the two apart.
 */
export class GroupsOfAnswer {
  readonly #asked: Mix;
  readonly #seen = new Set<Seen>();

  constructor(asked: Mix) {
    this.#asked = asked;
  }

  /** The group that an entry came for, if any. */
  of(envelope: WireEnvelope, seen: Seen): string | undefined {
    const group = groupOf(envelope, this.#asked);
    const { c, b = c } = envelope;
    if (group !== undefined || b !== c || !this.#asked.groups.includes(c)) return group;
    if (this.#seen.has(seen)) return c;
    this.#seen.add(seen);
    return undefined;
  }
}

/** Whether a subscription wants an entry, and has not had it. */
export function wants(
  subscription: LiveSubscription,
  { envelope, group, seen, isFill, isRewound }: Arrived,
): boolean {
  const { id, interest, rewoundAt } = subscription;
  const { c, p } = envelope;
  if (seen.had.has(id)) return false;
  if (isRewound) return interest.covers(c, group);
  // Of what came before, the newest stored messages are all that was asked for; what fills a loss is none of them.
  const since = rewoundAt.size > 0 ? rewoundAt.get(c) : undefined;
  const isLate = since !== undefined && compareTimetokens(p.t, since) <= 0;
  return interest.wants(c, group, p.t) && (!isLate || (isStored(envelope) && !isFill));
}

/** The last of the backfills that began before what brought it: from there it goes on to those before, each in its order. */
export function holderOf(
  { backfills }: LiveSubscription,
  { envelope, group, source }: Arrived,
): Backfill | undefined {
  if (backfills.length === 0) return undefined;
  const limit = source?.serial ?? Number.POSITIVE_INFINITY;
  return backfills.findLast(
    ({ serial }, index) => serial < limit && backfills[index]?.covers(envelope.c, group),
  );
}
