import { Account, type Budget } from '../store/budget.ts';
import { type DeliveredEntry, weightOf } from '../store/entry.ts';
import { laterStamp, type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { StampedQueue } from '../store/stamped-queue.ts';
import { type Moment, Timeline } from '../store/timeline.ts';
import { envelopeText, type LogName } from './envelope.ts';
import type { Stamped } from './stamped-list.ts';
import { WildcardIndex } from './wildcard-index.ts';

// The characters of an envelope beside its contents.
const FRAME = 120;

const NONE: readonly LiveEntry[] = [];

/** A live entry. Its envelope is printed when it is first delivered: many never are. */
export class LiveEntry implements Moment, Stamped {
  readonly tt: Stamp;
  readonly channel: string;
  /** Its memory in characters. */
  readonly weight: number;
  gone?: boolean;
  older?: this | undefined;
  newer?: this | undefined;
  readonly #log: LogName;
  // The entry, and then its text in its place: a payload whose line breaks were taken out is not kept twice.
  #content: DeliveredEntry | string;

  constructor(entry: DeliveredEntry, log: LogName) {
    this.tt = entry.tt;
    this.channel = entry.channel;
    this.weight = weightOf(entry) + FRAME;
    this.#content = entry;
    this.#log = log;
  }

  /** Its envelope's JSON text without `b` and the closing brace. */
  get text(): string {
    if (typeof this.#content !== 'string') this.#content = envelopeText(this.#content, this.#log);
    return this.#content;
  }
}

/** A mark that entries of a channel were dropped; `tt` is the position of the log at that time. */
export class Dropped implements Moment, Stamped {
  readonly tt: Stamp;
  readonly channel: string;
  /** Stamp of the newest entry that was dropped. */
  readonly upto: Stamp;
  gone?: boolean;
  older?: this | undefined;
  newer?: this | undefined;

  constructor({ tt, channel, upto }: Pick<Dropped, 'tt' | 'channel' | 'upto'>) {
    this.tt = tt;
    this.channel = channel;
    this.upto = upto;
  }
}

/** The limits of a live queue. */
export interface LiveQueueLimits {
  /** Entries of one channel. */
  readonly queueLength: number;
  /** Entries of all channels. */
  readonly liveEntries: number;
  /** Characters of all entries. */
  readonly liveBytes: number;
}

/** What a live queue shares and reports. */
export interface LiveQueueOptions {
  /** The memory that it shares with others. Absent: none. */
  readonly budget?: Budget | undefined;
  /** An entry was dropped since a limit was reached. Absent: nobody counts. */
  readonly onDropped?: (() => void) | undefined;
}

/**
 * The newest entries of each channel, and marks of dropped ones: a client whose cursor is older than a mark has missed
 * entries, and gets a gap.
 */
export class LiveQueue {
  readonly #log: LogName;
  readonly #limits: LiveQueueLimits;
  readonly #queues = new Map<string, StampedQueue<LiveEntry>>();
  readonly #live = new Timeline<LiveEntry>();
  readonly #droppedOf = new Map<string, Dropped>();
  readonly #dropped = new Timeline<Dropped>();
  readonly #liveUnder = new WildcardIndex<LiveEntry>();
  readonly #droppedUnder = new WildcardIndex<Dropped>();
  readonly #account: Account;
  readonly #marks: Account;
  readonly #onDropped: (() => void) | undefined;
  #newest: Stamp = ZERO_STAMP;
  #horizon: Stamp = ZERO_STAMP;

  constructor(log: LogName, limits: LiveQueueLimits, { budget, onDropped }: LiveQueueOptions = {}) {
    this.#onDropped = onDropped;
    this.#log = log;
    this.#limits = limits;
    const { liveEntries: entries, liveBytes: bytes } = limits;
    const dropOldest = () => this.#dropOldest();
    this.#account = new Account({ limits: { entries, bytes }, budget, dropOldest });
    // Marks are bounded too. The oldest one is then valid for all channels: a false gap is better than a silent loss.
    const forget = () => this.#dropped.oldest && this.#forgetMark(this.#dropped.oldest);
    this.#marks = new Account({ limits: { entries, bytes }, budget, dropOldest: forget });
  }

  /** Entries before this position are unknown: they may have been dropped. */
  get horizon(): Stamp {
    return this.#horizon;
  }

  /** Stamp of the oldest live entry. */
  get oldest(): Stamp | undefined {
    return this.#live.oldest?.tt;
  }

  /** Adds an entry that is newer than all others. */
  add(entry: DeliveredEntry): void {
    const { tt, channel } = entry;
    const live = new LiveEntry(entry, this.#log);
    const queue = this.#queues.get(channel) ?? new StampedQueue<LiveEntry>();
    if (queue.size === 0) this.#queues.set(channel, queue);
    queue.push(live);
    this.#live.push(live);
    this.#liveUnder.add(live);
    this.#newest = tt;
    if (queue.size > this.#limits.queueLength) {
      this.#dropFirst(queue);
      this.#onDropped?.();
    }
    this.#account.add(1, live.weight);
  }

  /** Gives back all room: the queue is used no more. */
  clear(): void {
    this.#account.clear();
    this.#marks.clear();
  }

  /** Drops entries older than a position. */
  expire(before: Stamp): void {
    for (let oldest = this.#live.oldest; oldest && oldest.tt < before; oldest = this.#live.oldest) {
      this.#drop(oldest);
    }
  }

  /** Forgets everything before a position. */
  forget(before: Stamp): void {
    this.#horizon = laterStamp(this.#horizon, before);
  }

  /** `true` if nothing was dropped after the log had passed a position. */
  isWholeAfter(position: Stamp): boolean {
    return this.#horizon <= position && (this.#dropped.newest?.tt ?? ZERO_STAMP) <= position;
  }

  /** Entries of one channel after a position, oldest first. */
  ofChannel(channel: string, position: Stamp): readonly LiveEntry[] {
    return this.#queues.get(channel)?.after(position) ?? NONE;
  }

  /** Entries under a wildcard, oldest first, with some that are gone, and for a deep wildcard some of its neighbours. */
  under(wildcard: string): readonly LiveEntry[] {
    return this.#liveUnder.under(wildcard);
  }

  /** Marks under a wildcard, as `under`. */
  droppedUnder(wildcard: string): readonly Dropped[] {
    return this.#droppedUnder.under(wildcard);
  }

  /** The newest dropped entry of a channel, if known. */
  droppedOf(channel: string): Stamp | undefined {
    return this.#droppedOf.get(channel)?.upto;
  }

  /** Channels that had entries dropped after the log had passed a position. */
  dropped(after: Stamp): Iterable<Dropped> {
    return this.#dropped.after(after);
  }

  #dropOldest(): void {
    if (!this.#live.oldest) return;
    this.#drop(this.#live.oldest);
    this.#onDropped?.();
  }

  // The oldest of all is also the oldest of its channel.
  #drop({ channel }: LiveEntry): void {
    const queue = this.#queues.get(channel);
    if (!queue) return;
    this.#dropFirst(queue);
    if (queue.size === 0) this.#queues.delete(channel);
  }

  #dropFirst(queue: StampedQueue<LiveEntry>): void {
    const first = queue.shift();
    if (!first) return;
    this.#live.remove(first);
    this.#liveUnder.remove(first);
    this.#account.remove(1, first.weight);
    this.#mark(first);
  }

  #mark({ tt, channel }: LiveEntry): void {
    const known = this.#droppedOf.get(channel);
    if (known) this.#unlink(known);
    const mark = new Dropped({ tt: this.#newest, channel, upto: tt });
    this.#droppedOf.set(channel, mark);
    this.#dropped.push(mark);
    this.#droppedUnder.add(mark);
    // A channel that is full has a new mark with each entry, in the room of the one before.
    if (!known) this.#marks.add(1, channel.length);
  }

  #forgetMark(mark: Dropped): void {
    this.#removeMark(mark);
    this.forget(mark.upto);
  }

  #removeMark(mark: Dropped): void {
    this.#unlink(mark);
    this.#droppedOf.delete(mark.channel);
    this.#marks.remove(1, mark.channel.length);
  }

  #unlink(mark: Dropped): void {
    this.#dropped.remove(mark);
    this.#droppedUnder.remove(mark);
  }
}

/** Envelopes as values, cached to the end of the turn, in which many polls may read them. */
export class Envelopes {
  readonly #parsed = new Map<LiveEntry, unknown>();

  /** The envelope of an entry, without `b`. */
  of(live: LiveEntry): unknown {
    if (this.#parsed.size === 0) queueMicrotask(() => this.#parsed.clear());
    const envelope: unknown = this.#parsed.get(live) ?? JSON.parse(`${live.text}}`);
    this.#parsed.set(live, envelope);
    return envelope;
  }
}
