import type { WireGap } from '../../protocol/envelope.ts';
import type { Stamp } from '../store/stamp.ts';
import { namesCovering, wildcardsCovering } from '../wildcards.ts';
import { coarseGaps, gapsOf, type Lost } from './gaps.ts';
import type { LiveEntry, LiveQueue } from './live-queue.ts';
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
}

/** The parameters of a batch. */
export interface Query {
  readonly subscription: Subscription;
  readonly cursor: Stamp;
  /** The channels that have new entries; absent: any may have some. */
  readonly channels?: Iterable<string> | undefined;
  /** The client's filter; absent: all entries pass. */
  readonly wants?: ((live: LiveEntry) => boolean) | undefined;
  /** Entries of a lost log that the client may have missed. */
  readonly lost?: Lost | undefined;
}

interface Copy {
  readonly tt: Stamp;
  readonly text: string;
  readonly live: LiveEntry;
}

/** Collects the entries after the cursor, up to `position`, or fewer if they exceed `maxBytes` characters. */
export function collect(queue: LiveQueue, query: Query, end: { position: Stamp; maxBytes: number }): Batch {
  const found = query.channels ? copiesOfChannels(queue, query, query.channels) : copiesOfAll(queue, query);
  const copies = wanted(
    found.filter(({ tt }) => tt <= end.position),
    query,
  );
  copies.sort((a, b) => (a.tt < b.tt ? -1 : a.tt > b.tt ? 1 : 0));
  const gaps = boundedGaps(queue, query, end);
  const count = fitting(copies, Math.max(0, end.maxBytes - bytesOf(gaps)));
  const last = count < copies.length ? copies[count - 1] : undefined;
  const cursor = last ? last.tt : end.position;
  const envelopes = copies.slice(0, count).map((copy) => copy.text);
  if (gaps.length === 0 || cursor === end.position) return { cursor, envelopes, gaps };
  return { cursor, envelopes, gaps: boundedGaps(queue, query, { ...end, position: cursor }) };
}

// Gaps that would take half of an answer are told by the names that the client has sent, which are never so many.
function boundedGaps(queue: LiveQueue, query: Query, end: { position: Stamp; maxBytes: number }) {
  const gaps = gapsOf(queue, query, end.position);
  return bytesOf(gaps) > Math.max(FEW_GAPS_BYTES, end.maxBytes / 2)
    ? coarseGaps(gaps, query.subscription)
    : gaps;
}

function bytesOf(gaps: readonly WireGap[]): number {
  return gaps.reduce((sum, gap) => sum + (gap.c ?? gap.w ?? gap.g ?? '').length + GAP_BYTES, 0);
}

function copiesOfAll(queue: LiveQueue, { subscription, cursor }: Query): Copy[] {
  const copies: Copy[] = [];
  for (const [name, labels] of subscription.labels) {
    for (const live of queue.ofChannel(name, cursor)) addCopies(copies, live, labels);
  }
  if (!subscription.hasWildcards) return copies;
  for (const live of queue.all(cursor)) {
    for (const name of wildcardsCovering(live.channel)) {
      if (name !== live.channel) addCopies(copies, live, subscription.labels.get(name) ?? []);
    }
  }
  return copies;
}

function copiesOfChannels(
  queue: LiveQueue,
  { subscription, cursor }: Query,
  channels: Iterable<string>,
): Copy[] {
  const copies: Copy[] = [];
  for (const channel of channels) {
    const labels = namesCovering(channel).flatMap((name) => subscription.labels.get(name) ?? []);
    for (const live of queue.ofChannel(channel, cursor)) addCopies(copies, live, labels);
  }
  return copies;
}

function addCopies(copies: Copy[], live: LiveEntry, labels: readonly Label[]): void {
  const { tt, text } = live;
  for (const { json, since } of labels) {
    if (tt > since) copies.push({ tt, text: `${text},"b":${json}}`, live });
  }
}

// Filters each entry once, whatever the number of its copies.
function wanted(copies: Copy[], { wants }: Query): Copy[] {
  if (!wants) return copies;
  const lives = new Set([...new Set(copies.map(({ live }) => live))].filter(wants));
  return copies.filter(({ live }) => lives.has(live));
}

// The copies of one entry stay together: a cursor cannot distinguish them.
function fitting(copies: readonly Copy[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const [index, copy] of copies.entries()) {
    if (bytes > maxBytes && copies[index - 1]?.tt !== copy.tt) return count;
    bytes += copy.text.length;
    count = index + 1;
  }
  return count;
}
