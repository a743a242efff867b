import type { WireGap } from '../../protocol/envelope.ts';
import { laterStamp, type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { listensWide, type Mix, namesCovering } from './mix.ts';
import type { Recent } from './recent.ts';

/** What a client may have missed of a log that is no more: which channels that one had, nobody knows. */
export interface Lost {
  /** Channels and wildcards that the client asks for, with or without the presence suffix. */
  readonly channels: readonly string[];
  /** Groups, with or without the presence suffix. Their channels may have been others. */
  readonly groups: readonly string[];
  /** Where the client stood in that log. */
  readonly after: Stamp;
  /** Up to where entries may have been lost. */
  readonly upto: Stamp;
}

/** For whom gaps are looked for. */
export interface Listener {
  readonly mix: Mix;
  readonly cursor: Stamp;
  readonly lost?: Lost | undefined;
}

interface Range {
  readonly from: Stamp;
  readonly to: Stamp;
}

/** One item for each name: a name with two ranges has missed something between the outer ends. */
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
    if (listensWide(name)) this.#add(`w${name}`, range, (whole) => ({ w: name, ...whole }));
    else this.#add(`c${name}`, range, (whole) => ({ c: name, ...whole }));
  }

  // A range ends where the batch ends; the next poll hears of the rest.
  #add(key: string, range: Range, gapOf: (whole: Range) => WireGap): void {
    const to = range.to < this.#end ? range.to : this.#end;
    if (range.from >= to) return;
    const known = this.#found.get(key) ?? { from: range.from, to };
    const from = known.from < range.from ? known.from : range.from;
    this.#found.set(key, gapOf({ from, to: laterStamp(known.to, to) }));
  }
}

/** Which ranges up to the end of a batch the listener has missed, at most one for each name. */
export function gapsOf(recent: Recent, { mix, cursor, lost }: Listener, end: Stamp): readonly WireGap[] {
  const gaps = new Gaps(end);
  if (lost) addLost(gaps, lost);
  for (const name of mix.labels.keys()) {
    const to = laterStamp(recent.droppedOf(name) ?? ZERO_STAMP, recent.horizon);
    gaps.addName(name, { from: startOf(mix, name, cursor), to });
  }
  if (!mix.hasWildcards) return gaps.all;
  for (const { channel, upto } of recent.dropped(cursor)) {
    if (mix.labels.has(channel) || !namesCovering(channel).some((name) => mix.labels.has(name))) continue;
    gaps.addName(channel, { from: startOf(mix, channel, cursor), to: upto });
  }
  return gaps.all;
}

function addLost(gaps: Gaps, { channels, groups, after, upto }: Lost): void {
  const range = { from: after, to: upto };
  for (const channel of channels) gaps.addName(channel, range);
  for (const group of groups) gaps.addGroup(group, range);
}

// A channel may be listened to by its own name, by wildcards, and since some time by groups: the earliest counts.
function startOf(mix: Mix, channel: string, cursor: Stamp): Stamp {
  const labels = namesCovering(channel).flatMap((name) => mix.labels.get(name) ?? []);
  const since = labels.map((label) => label.since).reduce((a, b) => (a < b ? a : b));
  return laterStamp(cursor, since);
}
