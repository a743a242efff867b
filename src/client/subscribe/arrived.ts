import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { Backfill } from './backfill.ts';
import { isStored } from './decode.ts';
import type { Seen } from './dedupe.ts';
import { groupOf } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';

/** An entry on its way to those who want it. */
export interface Arrived {
  readonly envelope: WireEnvelope;
  /** The group that it came for, if any. */
  readonly group: string | undefined;
  /** What is remembered of it. */
  readonly seen: Seen;
  /** It waits for backfills whose serial is below this: those that began before the one that has fetched it or let it go. */
  readonly turn: number;
  /** It is one of the newest stored messages, which a subscription gets whatever its floor. */
  readonly isRewound: boolean;
  /** The serial of the backfill that was to fill a loss, and has fetched it. */
  readonly fill: number | undefined;
  readonly bytes: number;
}

/**
 * Tells the groups that the entries of one answer came for. Where a channel and a group of one name were asked for, an
 * entry of both comes twice, and nothing else tells the two apart.
 */
export class GroupsOfAnswer {
  readonly #asked: Names;
  readonly #seen = new Set<Seen>();

  constructor(asked: Names) {
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
  { id, interest, missed, rewound }: LiveSubscription,
  { envelope, group, seen, fill, isRewound }: Arrived,
): boolean {
  const { c, p } = envelope;
  if (seen.had.has(id)) return false;
  // Of what came before, the newest stored messages are all that was asked for; what fills a loss is none of them.
  const rewind = rewound.size > 0 ? rewound.get(c) : undefined;
  if (rewind?.isBefore(p.t) && (fill !== undefined || !isStored(envelope) || !rewind.wants(p.t)))
    return false;
  if (fill !== undefined && missed.has({ channel: c, group, timetoken: p.t }, fill)) return false;
  return interest.match(c, group, isRewound ? undefined : p.t) !== undefined;
}

/** The last of the backfills that it waits for: from there it goes on to those before, each in its order. */
export function holderOf(
  { backfills }: LiveSubscription,
  { envelope, group, turn }: Arrived,
): Backfill | undefined {
  if (backfills.length === 0) return undefined;
  return backfills.findLast((backfill) => backfill.serial < turn && backfill.covers(envelope.c, group));
}
