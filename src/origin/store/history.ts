import type { EventKind } from '../../protocol/envelope.ts';
import type { Stamp } from './stamp.ts';

/** The parts of an entry that history keeps. */
export interface Stored {
  /** JSON text, as it came. */
  readonly payload: string;
  readonly publisher?: string | undefined;
  /** JSON text. */
  readonly meta?: string | undefined;
  /** Absent for messages. */
  readonly kind?: EventKind | undefined;
  readonly customMessageType?: string | undefined;
}

/** An entry that history keeps. */
export interface StoredEntry extends Stored {
  readonly tt: Stamp;
}

/** Entries between two stamps, both of which count; none when `from` is greater than `to`. */
export interface StampRange {
  readonly from: Stamp;
  readonly to: Stamp;
}

/** A page of a range. */
export interface HistoryQuery extends StampRange {
  /** At most so many: the newest of the range, or the oldest when `reverse` is set. */
  readonly max: number;
  readonly reverse: boolean;
}

/**
 * The stored entries of one subscribe key. The log writes it: an entry is added in the same step in which it is stamped
 * and appended, so that a client that has its timetoken finds it here.
 */
export interface HistoryStore {
  /** Entries of each of the channels, oldest first; a channel without any is left out. */
  read(
    channels: readonly string[],
    query: HistoryQuery,
  ): Promise<ReadonlyMap<string, readonly StoredEntry[]>>;
  /** The numbers of entries of the channels in their ranges, of which there are as many, in the same order. */
  count(channels: readonly string[], ranges: readonly StampRange[]): Promise<readonly number[]>;
  /** Drops the entries of a channel that are in a range. */
  remove(channel: string, range: StampRange): Promise<void>;
}

/** The limits of history. The oldest entries are dropped first. */
export interface HistoryRules {
  /** Entries of one channel. */
  readonly channelEntries: number;
  /** Entries of all channels. */
  readonly entries: number;
  /** Characters of all entries. */
  readonly bytes: number;
  /** The default retention in milliseconds. */
  readonly keepMs: number;
}
