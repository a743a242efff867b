import type { Clock } from '../../../protocol/clock.ts';
import { Account, type Budget, LiveRoom } from '../budget.ts';
import type {
  HistoryQuery,
  HistoryRules,
  HistoryStore,
  StampRange,
  Stored,
  StoredEntry,
} from '../history.ts';
import type { Retention } from '../log.ts';
import { millisecondsOf, type Stamp } from '../stamp.ts';
import { type Moment, Timeline } from '../timeline.ts';

// Expired entries of channels that are not read are dropped together, after so many additions.
const SWEEP_EVERY = 1_000;

const NOTHING = { entries: 0, bytes: 0 };

/** What was published: an entry of the log, which is shared with it. */
export interface Published {
  readonly tt: Stamp;
  readonly channel: string;
  readonly data: Stored;
}

/** A publication until it expires. */
interface Kept extends Moment {
  readonly tt: Stamp;
  readonly published: Published;
  readonly of: ChannelEntries;
  readonly weight: number;
  readonly keepMs: number;
}

/** The entries of one channel, oldest first. */
interface ChannelEntries {
  readonly channel: string;
  kept: Kept[];
  /** No entry expires before, in milliseconds since the Unix epoch. */
  expires: number;
}

/** The history of one shard, in memory. Expired entries are not returned, and dropped when they are found. */
export class MemoryHistory implements HistoryStore {
  /** Called after the entries of a range of a channel were dropped, to drop their actions. */
  onDrop: ((channel: string, range: StampRange) => void) | undefined;
  readonly #clock: Clock;
  readonly #rules: HistoryRules | undefined;
  readonly #channels = new Map<string, ChannelEntries>();
  readonly #all = new Timeline<Kept>();
  readonly #account: Account;
  #added = 0;

  /** Without rules nothing is kept. */
  constructor(clock: Clock, rules: HistoryRules | undefined, budget?: Budget) {
    this.#clock = clock;
    this.#rules = rules;
    const limits = new LiveRoom(rules ?? NOTHING, 'entries', 'bytes');
    this.#account = new Account({ limits, budget, dropOldest: () => this.#dropOldest() });
  }

  /** Entries that are held, expired ones among them. */
  get size(): number {
    return this.#all.size;
  }

  /** Takes in an entry that is newer than all others. */
  add(published: Published, { keepMs = this.#rules?.keepMs ?? 0 }: Retention = {}): void {
    const rules = this.#rules;
    if (!rules || keepMs <= 0) return;
    const { tt, channel } = published;
    const entries = this.#channels.get(channel) ?? { channel, kept: [], expires: Number.MAX_VALUE };
    if (entries.kept.length === 0) this.#channels.set(channel, entries);
    // With the links of its timeline: many of these are made, and most of them grow old.
    const weight = weightOf(published);
    const kept: Kept = { tt, published, of: entries, weight, keepMs, older: undefined, newer: undefined };
    entries.kept.push(kept);
    // A stamp is not before its time.
    entries.expires = Math.min(entries.expires, this.#clock.now() + keepMs);
    this.#all.push(kept);
    this.#account.add(1, weight);
    // More than one, when the limit was lowered.
    const beyond = entries.kept.length - rules.channelEntries;
    if (beyond > 0) this.#dropFirst(entries, beyond);
    if (++this.#added % SWEEP_EVERY === 0) for (const name of [...this.#channels.keys()]) this.#current(name);
  }

  /** Gives back all room: the history is used no more. */
  clear(): void {
    this.#account.clear();
  }

  async read(
    channels: readonly string[],
    query: HistoryQuery,
  ): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    const found = new Map<string, readonly StoredEntry[]>();
    for (const channel of channels) {
      const entries = this.#read(channel, query);
      if (entries.length > 0) found.set(channel, entries);
    }
    return found;
  }

  async count(channels: readonly string[], ranges: readonly StampRange[]): Promise<readonly number[]> {
    return channels.map((channel, index) => {
      const range = ranges[index];
      const [start, end] = range ? within(this.#current(channel), range) : [0, 0];
      return end - start;
    });
  }

  async remove(channel: string, range: StampRange): Promise<void> {
    const kept = this.#current(channel);
    const [start, end] = within(kept, range);
    for (const entry of kept.splice(start, end - start)) this.#forget(entry);
    if (kept.length === 0) this.#channels.delete(channel);
    this.onDrop?.(channel, range);
  }

  /** Drops what has expired of a channel. */
  sweep(channel: string): void {
    this.#current(channel);
  }

  #read(channel: string, { from, to, max, reverse }: HistoryQuery): readonly StoredEntry[] {
    const kept = this.#current(channel);
    const [start, end] = within(kept, { from, to });
    const page = reverse
      ? kept.slice(start, Math.min(end, start + max))
      : kept.slice(Math.max(start, end - max), end);
    return page.map(storedOf);
  }

  // The entries of a channel that have not expired.
  #current(channel: string): Kept[] {
    const channelEntries = this.#channels.get(channel);
    if (!channelEntries) return [];
    const now = this.#clock.now();
    if (channelEntries.expires > now) return channelEntries.kept;
    const left: Kept[] = [];
    channelEntries.expires = Number.MAX_VALUE;
    for (const kept of channelEntries.kept) {
      const expires = expiryOf(kept);
      if (expires <= now) this.#forget(kept);
      else {
        left.push(kept);
        channelEntries.expires = Math.min(channelEntries.expires, expires);
      }
    }
    channelEntries.kept = left;
    if (left.length === 0) this.#channels.delete(channel);
    return left;
  }

  // The oldest of all is also the oldest of its channel.
  #dropOldest(): void {
    const { oldest } = this.#all;
    if (oldest) this.#dropFirst(oldest.of);
  }

  #dropFirst({ channel, kept }: ChannelEntries, count = 1): void {
    // Not `splice`, which moves all the others.
    for (let left = count; left > 0; left--) {
      const first = kept.shift();
      if (first) this.#forget(first);
    }
    if (kept.length === 0) this.#channels.delete(channel);
  }

  // What was published is not looked at: it is long out of the processor's caches.
  #forget(kept: Kept): void {
    const { tt, of, weight } = kept;
    this.#all.remove(kept);
    this.#account.remove(1, weight);
    this.onDrop?.(of.channel, { from: tt, to: tt });
  }
}

function storedOf({ published: { tt, data } }: Kept): StoredEntry {
  const { payload, publisher, meta, kind, customMessageType } = data;
  return { tt, payload, publisher, meta, kind, customMessageType };
}

function weightOf({ channel, data: { payload, meta = '', publisher = '' } }: Published): number {
  return payload.length + meta.length + publisher.length + channel.length;
}

// In milliseconds since the Unix epoch. It is not kept: a number of this size would be an object of its own.
function expiryOf({ tt, keepMs }: Kept): number {
  return millisecondsOf(tt) + keepMs;
}

/** The indexes of a range in ordered entries. */
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
