import type { WireGap } from '../../protocol/envelope.ts';
import type { Stamp } from '../store/stamp.ts';
import { namesCovering } from '../wildcards.ts';
import { gapsOf, type Lost } from './gaps.ts';
import type { LiveEntry, LiveQueue } from './live-queue.ts';
import { merged } from './stamped-list.ts';
import type { Label, Subscription } from './subscription.ts';

/** The contents of one answer to a poll. */
export interface Batch {
  /** The client's next cursor. */
  readonly cursor: Stamp;
  /** Envelopes as JSON texts, in order. */
  readonly envelopes: readonly string[];
  readonly gaps: readonly WireGap[];
}

/** The parameters of a batch. */
export interface Query {
  readonly subscription: Subscription;
  readonly cursor: Stamp;
  /** The channels that have new entries; absent: any may have some. */
  readonly channels?: Iterable<string> | undefined;
  /** The client's filter; absent: all entries pass. `undefined`: it has no steps left. */
  readonly wants?: ((live: LiveEntry) => boolean | undefined) | undefined;
  /** Entries of a lost log that the client may have missed. */
  readonly lost?: Lost | undefined;
}

/** The limits of a batch. */
export interface BatchEnd {
  readonly position: Stamp;
  /** Characters after which the batch is cut. */
  readonly maxBytes: number;
  /** Counts work; `true` when the batch has to be cut, so that others have their turn. */
  isOver(units: number): boolean;
}

/** A batch, and what it ended with. */
export interface Collected {
  readonly batch: Batch;
  /** `false`: there may be more up to the position. */
  readonly isWhole: boolean;
  /** `true`: the filter has no steps left. */
  readonly isExhausted: boolean;
}

// The work of looking at one entry, in steps of a filter.
const ENTRY_UNITS = 30;

/**
 * Collects the entries after the cursor, oldest first, up to `position`, or fewer if they exceed `maxBytes` characters or
 * take too long. The copies of one entry stay together: a cursor cannot distinguish them.
 */
export function collect(queue: LiveQueue, query: Query, end: BatchEnd): Collected {
  const { subscription, wants } = query;
  const envelopes: string[] = [];
  let bytes = 0;
  let last = query.cursor;
  const cut = (isExhausted = false) => ({ batch: batchTo(last), isWhole: false, isExhausted });
  const batchTo = (cursor: Stamp) => ({ cursor, envelopes, gaps: gapsOf(queue, query, cursor) });
  for (const live of merged(sourcesOf(queue, query), query.cursor)) {
    if (live.tt > end.position) break;
    // An entry may come from several sources.
    if (live.tt === last) continue;
    if (bytes > end.maxBytes || (last !== query.cursor && end.isOver(ENTRY_UNITS))) return cut();
    const labels = labelsOf(subscription, live);
    const isWanted = labels.length === 0 || !wants || wants(live);
    if (isWanted === undefined) return cut(true);
    for (const { json, since } of isWanted ? labels : []) {
      if (live.tt <= since) continue;
      const text = `${live.text},"b":${json}}`;
      envelopes.push(text);
      bytes += text.length;
    }
    last = live.tt;
  }
  return { batch: batchTo(end.position), isWhole: true, isExhausted: false };
}

function* sourcesOf(queue: LiveQueue, { subscription, channels }: Query): Generator<readonly LiveEntry[]> {
  for (const channel of channels ?? subscription.labels.keys()) yield queue.ofChannel(channel);
  if (channels) return;
  for (const wildcard of subscription.wildcards) yield queue.under(wildcard);
}

function labelsOf({ labels, wildcards }: Subscription, { channel }: LiveEntry): readonly Label[] {
  if (wildcards.length === 0) return labels.get(channel) ?? [];
  return namesCovering(channel).flatMap((name) => labels.get(name) ?? []);
}
