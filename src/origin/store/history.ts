import type { EventKind } from '../../protocol/envelope.ts';
import type { Stamp } from './stamp.ts';

/** What history keeps of an entry. */
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

/** What a publisher asks history to keep, and for how long. */
export interface ToStore extends Stored {
  /** Milliseconds; absent: as long as the keyset says. */
  readonly keepMs?: number | undefined;
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

/** Which entries of a range are wanted. */
export interface HistoryQuery extends StampRange {
  /** At most so many: the newest of the range, or the oldest when `reverse` is set. */
  readonly max: number;
  readonly reverse: boolean;
}

/**
 * What is kept of the channels of one subscribe key. It is written by the log: an entry is in history in the same step in
 * which it is stamped and appended, so that whoever has its timetoken finds it here.
 */
export interface HistoryStore {
  /** Entries of a channel, oldest first. */
  read(channel: string, query: HistoryQuery): Promise<readonly StoredEntry[]>;
  /** How many entries of a channel are in a range. */
  count(channel: string, range: StampRange): Promise<number>;
  /** Drops the entries of a channel that are in a range. */
  remove(channel: string, range: StampRange): Promise<void>;
}

/** How much history keeps. What exceeds it goes, the oldest first. */
export interface HistoryRules {
  /** Entries of one channel. */
  readonly channelEntries: number;
  /** Entries of all channels. */
  readonly entries: number;
  /** Characters of all entries. */
  readonly bytes: number;
  /** For how long an entry is kept that does not say so, in milliseconds. */
  readonly keepMs: number;
}
