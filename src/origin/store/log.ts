import type { Entry, EntryContent } from './entry.ts';
import type { Stamp } from './stamp.ts';

/** An entry to append. */
export type AppendRequest = EntryContent & {
  /** `false`: stamped, and shown to no subscriber. Default `true`. */
  readonly deliver?: boolean | undefined;
  /**
   * Identifies a publish that may be repeated: an entry with the id of one of the last two minutes is not appended again,
   * and that one's stamp is returned. Counts from the first entry, also if that is not delivered, is trimmed, or stands
   * in the same batch.
   */
  readonly publishId?: string | undefined;
  /** How long history keeps it, delivered or not. Absent: history does not keep it, whatever its kind. */
  readonly history?: Retention | undefined;
};

/** The time for which history keeps an entry. */
export interface Retention {
  /** Milliseconds; absent: the keyset's default. */
  readonly keepMs?: number | undefined;
}

/** An entry that was appended, now or before. */
export interface Appended {
  readonly tt: Stamp;
  /** An entry with the same publish id had been appended before: this is its stamp. */
  readonly isDuplicate: boolean;
}

/** What a call tells the log that it may not know. */
export interface AppendOptions {
  /**
   * The highest stamp that the origin has seen: the entries are stamped above it, though at most five seconds ahead of the
   * engine's clock. It keeps timetokens from going back when the engine's clock does.
   */
  readonly floor?: Stamp | undefined;
}

/** Entries of the log in order, as far as one read went. */
export interface Slice {
  readonly entries: readonly Entry[];
  /** The caller's next position: no entry that comes later is stamped at or below it. */
  readonly upto: Stamp;
  /** Something after the position that was asked for has been dropped. */
  readonly trimmed: boolean;
  /** The last position at which something was dropped. Absent: before the first of the entries. */
  readonly trimmedUpto?: Stamp | undefined;
}

/** The limits of a log, which drops the oldest entries by itself. */
export interface LogRules {
  /** Entries that are kept for readers who come later. */
  readonly entries: number;
  /** Characters of these entries. */
  readonly bytes: number;
  /** Milliseconds for which an entry is kept. Absent: no limit. */
  readonly keepMs?: number | undefined;
  /** Publish ids. A repeated append whose id was dropped is appended again. */
  readonly publishIds: number;
  /** Characters of all publish ids. */
  readonly publishIdBytes: number;
}

/** The state of a log, as its tail reports it. */
export interface TailState {
  /** `false`: new entries may stay out until it is `true` again, when the log has to be read on. */
  readonly isUp: boolean;
  /**
   * The number of the log: it changes whenever acknowledged entries may have been lost. Clients see it as the region
   * `t.r`, so it is an integer from 1 to 2^31-1.
   */
  readonly epoch: number;
}

/** The functions that a tail calls. */
export interface Tail {
  /** Each new entry, in order. Calls may be lost: compare `entry.prev` with the own position. */
  onEntry(entry: Entry): void;
  /**
   * The state has changed; called once before `tail` resolves. A new epoch is told before any call of this log settles
   * with something of the new one.
   */
  onState(state: TailState): void;
}

/**
 * The ordered log of one subscribe key (docs/reference/protocol.md, "Timetokens"). Any call may reject with
 * `StoreUnavailable`; of a change that rejects the outcome is unknown.
 */
export interface ShardLog {
  /**
   * Stamps and appends in one atomic step, in the order of the batch, with one result for each: each stamp is greater than every stamp before it, than whatever `fence`
   * returned and than the floor, and once an entry can be read no smaller one can appear.
   */
  append(batch: readonly AppendRequest[], options?: AppendOptions): Promise<readonly Appended[]>;
  /**
   * All entries up to the result can be read, and every later one, whoever appends it, is stamped above it. A floor, the
   * position of a client from an origin that was ahead, raises it: at most five seconds ahead of the engine's clock,
   * whatever clients ask for and however often.
   */
  fence(floor?: Stamp): Promise<Stamp>;
  /**
   * The stamp of the newest entry, also if it was trimmed, or an earlier position if there is none. What is not delivered
   * is no entry. Changes nothing.
   */
  last(): Promise<Stamp>;
  /**
   * The beginning of this log: entries up to here may have been in a log that was lost, and are not in this one. Later
   * ones are in it, or were trimmed.
   */
  began(): Promise<Stamp>;
  /** Entries after the position, oldest first, at most `limit`. */
  readAfter(after: Stamp, limit: number): Promise<Slice>;
  /**
   * Reports the state and each new entry, with which all before it can be read, and the change that it tells of. Resolves
   * to a function that ends the calls; to call it again does nothing.
   */
  tail(tail: Tail): Promise<() => void>;
}
