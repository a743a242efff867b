import type { WireGap } from '../../protocol/envelope.ts';
import type { Answer } from '../http/answer.ts';
import type { Stamp } from '../store/stamp.ts';
import { namesCovering } from '../wildcards.ts';
import { coarseGaps, gapsOf, type Lost } from './gaps.ts';
import type { LiveEntry, LiveQueue } from './live-queue.ts';
import { merged } from './stamped-list.ts';
import type { Label, Subscription } from './subscription.ts';

// Characters of a gap beside its name.
const GAP_BYTES = 64;
// So many are told exactly, whatever an answer may have.
const FEW_GAPS_BYTES = 8_192;

/** The contents of one answer to a poll. */
export interface Batch {
  /** The client's next cursor. */
  readonly cursor: Stamp;
  /** Envelopes as JSON texts, in order. */
  readonly envelopes: readonly string[];
  readonly gaps: readonly WireGap[];
  /** The answer that one of its takers has made of it, for others who get the same. */
  prepared?: Prepared | undefined;
}

/** An answer to a poll. */
export interface Prepared {
  readonly answer: Answer;
  // What it depends on beside the batch.
  readonly region: number;
  readonly isLate: boolean;
  /** The same as an event of a stream. Absent: nobody has made it yet. */
  frame?: string;
}

/** The parameters of a batch. */
export interface Query {
  readonly subscription: Subscription;
  readonly cursor: Stamp;
  /** The channels that have new entries; absent: any may have some. */
  readonly channels?: ReadonlySet<string> | undefined;
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
  /** The first entry that was looked at. */
  readonly first: Stamp | undefined;
  /** Characters of the envelopes and gaps: what is copied for each who gets them. */
  readonly characters: number;
}

const NO_LABELS: readonly Label[] = [];
// The work of looking at one entry, in steps of a filter.
const ENTRY_UNITS = 30;

/**
 * Collects the entries after the cursor, oldest first, up to `position`, or fewer if they and the gaps exceed `maxBytes`
 * characters or take too long. The copies of one entry stay together: a cursor cannot distinguish them.
 */
export function collect(queue: LiveQueue, query: Query, end: BatchEnd): Collected {
  const gaps = boundedGaps(queue, query, end);
  const gapBytes = bytesOf(gaps);
  const batch = new Collecting(query, end, Math.max(0, end.maxBytes - gapBytes));
  const { envelopes } = batch;
  for (const live of entriesOf(queue, query)) {
    if (live.tt > end.position) break;
    const reason = batch.take(live);
    if (!reason) continue;
    const cursor = batch.last;
    const before = gaps.length === 0 ? gaps : boundedGaps(queue, query, { ...end, position: cursor });
    return {
      batch: { cursor, envelopes, gaps: before },
      isWhole: false,
      isExhausted: reason === 'exhausted',
      first: batch.first,
      characters: batch.bytes + gapBytes,
    };
  }
  return {
    batch: { cursor: end.position, envelopes, gaps },
    isWhole: true,
    isExhausted: false,
    first: batch.first,
    characters: batch.bytes + gapBytes,
  };
}

// Gaps that would take half of an answer are told by the names that the client has sent, which are never so many.
function boundedGaps(queue: LiveQueue, query: Query, end: Pick<BatchEnd, 'position' | 'maxBytes'>) {
  const gaps = gapsOf(queue, query, end.position);
  return bytesOf(gaps) > Math.max(FEW_GAPS_BYTES, end.maxBytes / 2)
    ? coarseGaps(gaps, query.subscription)
    : gaps;
}

function bytesOf(gaps: readonly WireGap[]): number {
  if (gaps.length === 0) return 0;
  return gaps.reduce((sum, gap) => sum + (gap.c ?? gap.w ?? gap.g ?? '').length + GAP_BYTES, 0);
}

/** A batch that is being filled. */
class Collecting {
  readonly envelopes: string[] = [];
  /** The last entry that was looked at. */
  last: Stamp;
  first: Stamp | undefined;
  /** Characters of the envelopes. */
  bytes = 0;
  readonly #query: Query;
  readonly #end: BatchEnd;
  readonly #room: number;

  /** `room`: characters after which it is full. */
  constructor(query: Query, end: BatchEnd, room: number) {
    this.#query = query;
    this.#end = end;
    this.#room = room;
    this.last = query.cursor;
  }

  /** Takes an entry, or returns the reason for ending before it. */
  take(live: LiveEntry): 'full' | 'exhausted' | undefined {
    // An entry may come from several sources.
    if (live.tt === this.last) return undefined;
    const { cursor, subscription, wants } = this.#query;
    const isFull = this.bytes > this.#room;
    if (isFull || (this.last !== cursor && this.#end.isOver(ENTRY_UNITS))) return 'full';
    const labels = labelsOf(subscription, live);
    const isWanted = labels.length === 0 || !wants || wants(live);
    if (isWanted === undefined) return 'exhausted';
    this.last = live.tt;
    this.first ??= live.tt;
    if (isWanted) for (const name of namesAt(labels, live.tt)) this.#add(live, name);
    return undefined;
  }

  #add({ text }: LiveEntry, name: string): void {
    const envelope = `${text},"b":${name}}`;
    this.envelopes.push(envelope);
    this.bytes += envelope.length;
  }
}

// Most subscribers are woken by one channel.
function entriesOf(queue: LiveQueue, query: Query): Iterable<LiveEntry> {
  const channel = onlyChannelOf(query);
  if (channel === undefined) return merged(sourcesOf(queue, query), query.cursor);
  return queue.ofChannel(channel, query.cursor);
}

function onlyChannelOf({ channels, subscription: { labels, wildcards } }: Query): string | undefined {
  if (channels ? channels.size !== 1 : labels.size !== 1 || wildcards.length > 0) return undefined;
  const [only] = channels ?? labels.keys();
  return only;
}

function* sourcesOf(queue: LiveQueue, query: Query): Generator<readonly LiveEntry[]> {
  const { subscription, channels, cursor } = query;
  for (const channel of channels ?? subscription.labels.keys()) yield queue.ofChannel(channel, cursor);
  if (channels) return;
  for (const wildcard of subscription.wildcards) yield queue.under(wildcard);
}

// The client's names for an entry as JSON texts, each group once: it may have the channel and wildcards over it.
function namesAt(labels: readonly Label[], tt: Stamp): readonly string[] {
  const told = new Set<string>();
  const isTold = ({ json, since, isGroup }: Label) => {
    if (tt <= since || (isGroup && told.has(json))) return false;
    if (isGroup) told.add(json);
    return true;
  };
  return labels.filter(isTold).map(({ json }) => json);
}

function labelsOf({ labels, wildcards }: Subscription, { channel }: LiveEntry): readonly Label[] {
  if (wildcards.length === 0) return labels.get(channel) ?? NO_LABELS;
  return namesCovering(channel).flatMap((name) => labels.get(name) ?? []);
}
