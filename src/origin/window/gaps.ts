import type { WireGap } from '../../protocol/envelope.ts';
import { HIGHEST_STAMP, laterStamp, type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { isWildcardName, namesCovering } from '../wildcards.ts';
import type { Dropped, LiveQueue } from './live-queue.ts';
import { merged } from './stamped-list.ts';
import type { Label, Subscription } from './subscription.ts';

/** The entries of a lost log that a client may have missed; its channels are not known. */
export interface Lost {
  /** Channels and wildcards that the client asks for, with or without the presence suffix. */
  readonly channels: readonly string[];
  /** Groups, with or without the presence suffix. Their channels may have been different. */
  readonly groups: readonly string[];
  /** The client's position in that log. */
  readonly after: Stamp;
  /** The last position at which entries may have been lost. */
  readonly upto: Stamp;
}

/** The parts of a poll that gaps are found for. */
export interface Reader {
  readonly subscription: Subscription;
  readonly cursor: Stamp;
  readonly lost?: Lost | undefined;
}

const NO_GAPS: readonly WireGap[] = [];

interface Range {
  readonly from: Stamp;
  readonly to: Stamp;
}

/** One gap for each name: two ranges of a name are joined at their outer ends. */
class Gaps {
  readonly #end: Stamp;
  readonly #found = new Map<string, WireGap>();

  constructor(end: Stamp) {
    this.#end = end;
  }

  get all(): WireGap[] {
    return [...this.#found.values()];
  }

  addGroup(group: string, range: Range): void {
    this.#add(`g${group}`, range, (whole) => ({ g: group, ...whole }));
  }

  /** Adds a channel or a wildcard. */
  addName(name: string, range: Range): void {
    if (isWildcardName(name)) this.#add(`w${name}`, range, (whole) => ({ w: name, ...whole }));
    else this.#add(`c${name}`, range, (whole) => ({ c: name, ...whole }));
  }

  // A range ends where the batch ends; the next poll gets the rest.
  #add(key: string, range: Range, gapOf: (whole: Range) => WireGap): void {
    const to = range.to < this.#end ? range.to : this.#end;
    if (range.from >= to) return;
    const known = this.#found.get(key) ?? { from: range.from, to };
    const from = known.from < range.from ? known.from : range.from;
    this.#found.set(key, gapOf({ from, to: laterStamp(known.to, to) }));
  }
}

/** The ranges up to the end of a batch that the client has missed, at most one for each name. */
export function gapsOf(
  queue: LiveQueue,
  { subscription, cursor, lost }: Reader,
  end: Stamp,
): readonly WireGap[] {
  if (!lost && queue.isWholeAfter(cursor)) return NO_GAPS;
  const gaps = new Gaps(end);
  if (lost) addLost(gaps, lost);
  for (const name of namesWithGaps(queue, subscription, cursor)) {
    const to = laterStamp(queue.droppedOf(name) ?? ZERO_STAMP, queue.horizon);
    gaps.addName(name, { from: startOf(subscription, name, cursor), to });
  }
  for (const { channel, upto } of merged(marksUnder(queue, subscription), cursor)) {
    const names = namesCovering(channel);
    if (subscription.labels.has(channel) || !names.some((name) => subscription.labels.has(name))) continue;
    gaps.addName(channel, { from: startOf(subscription, channel, cursor), to: upto });
  }
  return gaps.all;
}

function* marksUnder(queue: LiveQueue, { wildcards }: Subscription): Generator<readonly Dropped[]> {
  for (const wildcard of wildcards) yield queue.droppedUnder(wildcard);
}

// Mostly nothing was dropped since the cursor: then the number of names does not matter.
function namesWithGaps(queue: LiveQueue, { labels }: Subscription, cursor: Stamp): Iterable<string> {
  if (queue.horizon > cursor) return labels.keys();
  const dropped: string[] = [];
  let looked = 0;
  for (const { channel } of queue.dropped(cursor)) {
    if (++looked > labels.size) return labels.keys();
    if (labels.has(channel)) dropped.push(channel);
  }
  return dropped.reverse();
}

/**
 * The same gaps by the names that the client has sent: those of channels that it has through a group or a wildcard become
 * one of that group or wildcard, over all their ranges.
 */
export function coarseGaps(gaps: readonly WireGap[], { labels }: Subscription): readonly WireGap[] {
  const coarse = new Gaps(HIGHEST_STAMP);
  for (const { c, w, g, ...range } of gaps) {
    if (g !== undefined) coarse.addGroup(g, range);
    for (const name of namesCovering(c ?? w ?? '')) {
      for (const label of labels.get(name) ?? []) addLabel(coarse, { name, label, range });
    }
  }
  return coarse.all;
}

// A label that is not the name itself is a group.
function addLabel(gaps: Gaps, { name, label, range }: { name: string; label: Label; range: Range }): void {
  const text: unknown = JSON.parse(label.json);
  if (text === name) gaps.addName(name, range);
  else gaps.addGroup(String(text), range);
}

function addLost(gaps: Gaps, { channels, groups, after, upto }: Lost): void {
  const range = { from: after, to: upto };
  for (const channel of channels) gaps.addName(channel, range);
  for (const group of groups) gaps.addGroup(group, range);
}

// A channel may be covered by its own name, by wildcards, and by groups since it joined them: the earliest counts.
function startOf(subscription: Subscription, channel: string, cursor: Stamp): Stamp {
  const labels = namesCovering(channel).flatMap((name) => subscription.labels.get(name) ?? []);
  const since = labels.map((label) => label.since).reduce((a, b) => (a < b ? a : b));
  return laterStamp(cursor, since);
}
