import type { Entry } from '../store/log.ts';
import { laterStamp, type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { type Moment, Timeline } from './timeline.ts';

/** A live entry, with its envelope's JSON text up to where `b` and the closing brace follow. */
export interface Live extends Moment {
  readonly channel: string;
  readonly text: string;
}

/** Word that entries of a channel have been dropped; `tt` is the newest position of the log when that happened. */
export interface Dropped extends Moment {
  readonly channel: string;
  /** Stamp of the newest entry that was dropped. */
  readonly upto: Stamp;
}

/** How much stays live. */
export interface RecentLimits {
  /** Entries of one channel. */
  readonly queueLength: number;
  /** Entries of all channels. */
  readonly liveEntries: number;
  /** Characters of all entries. */
  readonly liveBytes: number;
}

/**
 * The newest entries of each channel, and the memory of what was dropped: a client whose cursor is older than that
 * has missed something and is told so.
 */
export class Recent {
  readonly #limits: RecentLimits;
  readonly #queues = new Map<string, Live[]>();
  readonly #live = new Timeline<Live>();
  readonly #droppedOf = new Map<string, Dropped>();
  readonly #dropped = new Timeline<Dropped>();
  #bytes = 0;
  #newest: Stamp = ZERO_STAMP;
  #horizon: Stamp = ZERO_STAMP;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  /** Before this position nothing is known, not even what was dropped. */
  get horizon(): Stamp {
    return this.#horizon;
  }

  /** Stamp of the oldest live entry. */
  get oldest(): Stamp | undefined {
    return this.#live.oldest?.tt;
  }

  /** Takes in an entry that is newer than all others. */
  add({ tt, channel }: Entry, text: string): void {
    const live: Live = { tt, channel, text };
    const queue = this.#queues.get(channel) ?? [];
    if (queue.length === 0) this.#queues.set(channel, queue);
    queue.push(live);
    this.#live.push(live);
    this.#newest = tt;
    this.#bytes += text.length;
    if (queue.length > this.#limits.queueLength) this.#dropFirst(queue);
    this.#shrink();
  }

  /** Drops what is older than a position. */
  expire(before: Stamp): void {
    for (let oldest = this.#live.oldest; oldest && oldest.tt < before; oldest = this.#live.oldest) {
      this.#drop(oldest);
    }
  }

  /** From now on nothing is known about what came before a position. */
  forget(before: Stamp): void {
    this.#horizon = laterStamp(this.#horizon, before);
  }

  /** Live entries of one channel after a position, oldest first. */
  ofChannel(channel: string, after: Stamp): readonly Live[] {
    const queue = this.#queues.get(channel);
    if (!queue) return [];
    return queue.slice(queue.findLastIndex((live) => live.tt <= after) + 1);
  }

  /** Live entries of all channels after a position, newest first. */
  all(after: Stamp): Iterable<Live> {
    return this.#live.after(after);
  }

  /** Up to where entries of a channel have been dropped, as far as is known. */
  droppedOf(channel: string): Stamp | undefined {
    return this.#droppedOf.get(channel)?.upto;
  }

  /** Channels of which something was dropped after the log had passed a position. */
  dropped(after: Stamp): Iterable<Dropped> {
    return this.#dropped.after(after);
  }

  #shrink(): void {
    const { liveEntries, liveBytes } = this.#limits;
    while (this.#live.size > liveEntries || this.#bytes > liveBytes) {
      const oldest = this.#live.oldest;
      if (!oldest) return;
      this.#drop(oldest);
    }
  }

  // The oldest of all is also the oldest of its channel.
  #drop({ channel }: Live): void {
    const queue = this.#queues.get(channel) ?? [];
    this.#dropFirst(queue);
    if (queue.length === 0) this.#queues.delete(channel);
  }

  #dropFirst(queue: Live[]): void {
    const first = queue.shift();
    if (!first) return;
    this.#live.remove(first);
    this.#bytes -= first.text.length;
    this.#mark(first);
  }

  // Marks are bounded too. What the oldest one said is then said of all channels: better a gap too many than a
  // loss that nobody hears of.
  #mark({ tt, channel }: Live): void {
    const known = this.#droppedOf.get(channel);
    if (known) this.#dropped.remove(known);
    const mark: Dropped = { tt: this.#newest, channel, upto: tt };
    this.#droppedOf.set(channel, mark);
    this.#dropped.push(mark);
    const oldest = this.#dropped.oldest;
    if (this.#dropped.size <= this.#limits.liveEntries || !oldest) return;
    this.#dropped.remove(oldest);
    this.#droppedOf.delete(oldest.channel);
    this.forget(oldest.upto);
  }
}
