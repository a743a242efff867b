import type { WireGap } from '../../protocol/envelope.ts';
import type { Stamp } from '../store/stamp.ts';
import { gapsOf, type Lost } from './gaps.ts';
import { type Label, type Mix, namesCovering, wildcardsCovering } from './mix.ts';
import type { Live, Recent } from './recent.ts';

/** What one poll is answered with. */
export interface Batch {
  /** The client's next cursor. */
  readonly cursor: Stamp;
  /** Envelopes as JSON texts, in order. */
  readonly envelopes: readonly string[];
  readonly gaps: readonly WireGap[];
}

/** What a batch is collected for. */
export interface Query {
  readonly mix: Mix;
  readonly cursor: Stamp;
  /** Only these channels can have anything new. Without it all are looked at. */
  readonly channels?: Iterable<string> | undefined;
  /** Whether the client wants an entry. Without it it wants all. */
  readonly wants?: ((live: Live) => boolean) | undefined;
  /** What the client may have missed of a log that is no more. */
  readonly lost?: Lost | undefined;
}

interface Copy {
  readonly tt: Stamp;
  readonly text: string;
  readonly live: Live;
}

/** Collects everything after the cursor, up to `position` and no further, or less when it exceeds `maxBytes` characters. */
export function collect(recent: Recent, query: Query, end: { position: Stamp; maxBytes: number }): Batch {
  const found = query.channels ? copiesOfChannels(recent, query, query.channels) : copiesOfMix(recent, query);
  const copies = wanted(
    found.filter(({ tt }) => tt <= end.position),
    query,
  );
  copies.sort((a, b) => (a.tt < b.tt ? -1 : a.tt > b.tt ? 1 : 0));
  const count = fitting(copies, end.maxBytes);
  const last = count < copies.length ? copies[count - 1] : undefined;
  const cursor = last ? last.tt : end.position;
  const envelopes = copies.slice(0, count).map((copy) => copy.text);
  return { cursor, envelopes, gaps: gapsOf(recent, query, cursor) };
}

function copiesOfMix(recent: Recent, { mix, cursor }: Query): Copy[] {
  const copies: Copy[] = [];
  for (const [name, labels] of mix.labels) {
    for (const live of recent.ofChannel(name, cursor)) addCopies(copies, live, labels);
  }
  if (!mix.hasWildcards) return copies;
  for (const live of recent.all(cursor)) {
    for (const name of wildcardsCovering(live.channel)) {
      if (name !== live.channel) addCopies(copies, live, mix.labels.get(name) ?? []);
    }
  }
  return copies;
}

function copiesOfChannels(recent: Recent, { mix, cursor }: Query, channels: Iterable<string>): Copy[] {
  const copies: Copy[] = [];
  for (const channel of channels) {
    const labels = namesCovering(channel).flatMap((name) => mix.labels.get(name) ?? []);
    for (const live of recent.ofChannel(channel, cursor)) addCopies(copies, live, labels);
  }
  return copies;
}

function addCopies(copies: Copy[], live: Live, labels: readonly Label[]): void {
  const { tt, text } = live;
  for (const { json, since } of labels) {
    if (tt > since) copies.push({ tt, text: `${text},"b":${json}}`, live });
  }
}

// Asks once for each entry, however many copies there are of it.
function wanted(copies: Copy[], { wants }: Query): Copy[] {
  if (!wants) return copies;
  const lives = new Set([...new Set(copies.map(({ live }) => live))].filter(wants));
  return copies.filter(({ live }) => lives.has(live));
}

// The copies of one entry stay together: the cursor cannot tell them apart.
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
