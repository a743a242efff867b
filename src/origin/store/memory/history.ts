import type { Clock } from '../../../protocol/clock.ts';
import { type Moment, Timeline } from '../../window/timeline.ts';
import type {
  HistoryQuery,
  HistoryRules,
  HistoryStore,
  StampRange,
  StoredEntry,
  ToStore,
} from '../history.ts';
import type { Stamp } from '../stamp.ts';

// Entries that nobody looks at are dropped when they have expired, but not one by one.
const SWEEP_EVERY = 1_000;

/** An entry until it expires. */
interface Kept extends StoredEntry, Moment {
  readonly channel: string;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** The entries of one channel, oldest first. */
interface Shelf {
  kept: Kept[];
  /** No entry expires before, in milliseconds since the Unix epoch. */
  expires: number;
}

/** What is kept of one shard, in memory. Expired entries are seen no more, and dropped when they are come across. */
export class MemoryHistory implements HistoryStore {
  /** Called when the entries of a range of a channel are gone, for what hangs on them. */
  onDrop: ((channel: string, range: StampRange) => void) | undefined;
  readonly #clock: Clock;
  readonly #rules: HistoryRules | undefined;
  readonly #shelves = new Map<string, Shelf>();
  readonly #all = new Timeline<Kept>();
  #bytes = 0;
  #added = 0;

  /** Without rules nothing is kept. */
  constructor(clock: Clock, rules: HistoryRules | undefined) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Entries that are held, expired ones among them. */
  get size(): number {
    return this.#all.size;
  }

  /** Takes in an entry that is newer than all others. */
  add(tt: Stamp, channel: string, { keepMs, ...stored }: ToStore): void {
    const rules = this.#rules;
    const length = keepMs ?? rules?.keepMs ?? 0;
    if (!rules || length <= 0) return;
    const expires = this.#clock.now() + length;
    const entry: Kept = { ...stored, tt, channel, expires };
    const shelf = this.#shelves.get(channel) ?? { kept: [], expires };
    if (shelf.kept.length === 0) this.#shelves.set(channel, shelf);
    shelf.kept.push(entry);
    shelf.expires = Math.min(shelf.expires, expires);
    this.#all.push(entry);
    this.#bytes += weightOf(entry);
    if (shelf.kept.length > rules.channelEntries) this.#dropFirst(channel, shelf);
    if (++this.#added % SWEEP_EVERY === 0) for (const name of [...this.#shelves.keys()]) this.#shelf(name);
    this.#shrink(rules);
  }

  async read(channel: string, { from, to, max, reverse }: HistoryQuery): Promise<readonly StoredEntry[]> {
    const kept = this.#shelf(channel);
    const [start, end] = within(kept, { from, to });
    return reverse
      ? kept.slice(start, Math.min(end, start + max))
      : kept.slice(Math.max(start, end - max), end);
  }

  async count(channel: string, range: StampRange): Promise<number> {
    const [start, end] = within(this.#shelf(channel), range);
    return end - start;
  }

  async remove(channel: string, range: StampRange): Promise<void> {
    const kept = this.#shelf(channel);
    const [start, end] = within(kept, range);
    for (const entry of kept.splice(start, end - start)) this.#forget(entry);
    if (kept.length === 0) this.#shelves.delete(channel);
    this.onDrop?.(channel, range);
  }

  /** Drops what has expired of a channel. */
  sweep(channel: string): void {
    this.#shelf(channel);
  }

  // What is on the shelf of a channel and has not expired.
  #shelf(channel: string): Kept[] {
    const shelf = this.#shelves.get(channel);
    if (!shelf) return [];
    const now = this.#clock.now();
    if (shelf.expires > now) return shelf.kept;
    for (const entry of shelf.kept) if (entry.expires <= now) this.#forget(entry);
    shelf.kept = shelf.kept.filter(({ expires }) => expires > now);
    shelf.expires = shelf.kept.reduce((first, { expires }) => Math.min(first, expires), Number.MAX_VALUE);
    if (shelf.kept.length === 0) this.#shelves.delete(channel);
    return shelf.kept;
  }

  // The oldest of all is also the oldest of its channel.
  #shrink({ entries, bytes }: HistoryRules): void {
    for (let oldest = this.#all.oldest; oldest; oldest = this.#all.oldest) {
      if (this.#all.size <= entries && this.#bytes <= bytes) return;
      const shelf = this.#shelves.get(oldest.channel);
      if (shelf) this.#dropFirst(oldest.channel, shelf);
    }
  }

  #dropFirst(channel: string, { kept }: Shelf): void {
    const first = kept.shift();
    if (first) this.#forget(first);
    if (kept.length === 0) this.#shelves.delete(channel);
  }

  #forget(entry: Kept): void {
    this.#all.remove(entry);
    this.#bytes -= weightOf(entry);
    this.onDrop?.(entry.channel, { from: entry.tt, to: entry.tt });
  }
}

function weightOf({ payload, meta = '', publisher = '', channel }: Kept): number {
  return payload.length + meta.length + publisher.length + channel.length;
}

/** Where a range begins and ends in entries that are in order. */
function within(kept: readonly Kept[], { from, to }: StampRange): readonly [start: number, end: number] {
  const start = firstNot(kept, (tt) => tt < from);
  const end = firstNot(kept, (tt) => tt <= to);
  return [start, Math.max(start, end)];
}

function firstNot(kept: readonly Kept[], holds: (tt: Stamp) => boolean): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = kept[middle];
    if (entry && holds(entry.tt)) low = middle + 1;
    else high = middle;
  }
  return low;
}
