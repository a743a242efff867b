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
import type { Stamp } from '../stamp.ts';
import { type Moment, Timeline } from '../timeline.ts';

// Expired entries of channels that are not read are dropped together, after so many additions.
const SWEEP_EVERY = 1_000;

const NOTHING = { entries: 0, bytes: 0 };

/** An entry until it expires. */
interface Kept extends Moment {
  readonly entry: StoredEntry;
  readonly tt: Stamp;
  readonly channel: string;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** The entries of one channel, oldest first. */
interface ChannelEntries {
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
  add({ tt, channel }: Pick<Kept, 'tt' | 'channel'>, stored: Stored, { keepMs }: Retention = {}): void {
    const rules = this.#rules;
    const length = keepMs ?? rules?.keepMs ?? 0;
    if (!rules || length <= 0) return;
    const expires = this.#clock.now() + length;
    const kept = keptOf(stored, { tt, channel, expires });
    const channelEntries = this.#channels.get(channel) ?? { kept: [], expires };
    if (channelEntries.kept.length === 0) this.#channels.set(channel, channelEntries);
    channelEntries.kept.push(kept);
    channelEntries.expires = Math.min(channelEntries.expires, expires);
    this.#all.push(kept);
    this.#account.add(1, weightOf(kept));
    // More than one, when the limit was lowered.
    const beyond = channelEntries.kept.length - rules.channelEntries;
    if (beyond > 0) this.#dropFirst(channel, channelEntries, beyond);
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
    return page.map(({ entry }) => entry);
  }

  // The entries of a channel that have not expired.
  #current(channel: string): Kept[] {
    const channelEntries = this.#channels.get(channel);
    if (!channelEntries) return [];
    const now = this.#clock.now();
    if (channelEntries.expires > now) return channelEntries.kept;
    for (const entry of channelEntries.kept) if (entry.expires <= now) this.#forget(entry);
    channelEntries.kept = channelEntries.kept.filter(({ expires }) => expires > now);
    channelEntries.expires = channelEntries.kept.reduce(
      (first, { expires }) => Math.min(first, expires),
      Number.MAX_VALUE,
    );
    if (channelEntries.kept.length === 0) this.#channels.delete(channel);
    return channelEntries.kept;
  }

  // The oldest of all is also the oldest of its channel.
  #dropOldest(): void {
    const oldest = this.#all.oldest;
    const channelEntries = oldest && this.#channels.get(oldest.channel);
    if (channelEntries) this.#dropFirst(oldest.channel, channelEntries);
  }

  #dropFirst(channel: string, { kept }: ChannelEntries, count = 1): void {
    // Not `splice`, which moves all the others.
    for (let left = count; left > 0; left--) {
      const first = kept.shift();
      if (first) this.#forget(first);
    }
    if (kept.length === 0) this.#channels.delete(channel);
  }

  #forget(entry: Kept): void {
    this.#all.remove(entry);
    this.#account.remove(1, weightOf(entry));
    this.onDrop?.(entry.channel, { from: entry.tt, to: entry.tt });
  }
}

// Member by member, with the links of its timeline: many of these are made, and most of them grow old.
function keptOf(
  { payload, publisher, meta, kind, customMessageType }: Stored,
  { tt, channel, expires }: Pick<Kept, 'tt' | 'channel' | 'expires'>,
): Kept {
  const entry = { tt, payload, publisher, meta, kind, customMessageType };
  return { entry, tt, channel, expires, older: undefined, newer: undefined };
}

function weightOf({ entry: { payload, meta = '', publisher = '' }, channel }: Kept): number {
  return payload.length + meta.length + publisher.length + channel.length;
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
