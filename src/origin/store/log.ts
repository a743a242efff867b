import type { ToStore } from './history.ts';
import type { Stamp } from './stamp.ts';

/**
 * The kind of an entry: one that is delivered, or a control entry, which tells all origins at the same position that
 * something else has changed: `group`, a channel group; `access`, a grant or a revoked token; `leave`, a user has left.
 */
export type EntryKind = 'message' | 'signal' | 'presence' | 'object' | 'action' | ControlKind;

/** The kind of a control entry, which no subscriber gets. */
export type ControlKind = 'group' | 'access' | 'leave';

/** `true` for an entry that is not delivered. */
export function isControl({ kind }: Pick<Entry, 'kind'>): boolean {
  return kind === 'group' || kind === 'access' || kind === 'leave';
}

/** One entry of a shard's log. */
export interface Entry {
  readonly tt: Stamp;
  /** Stamp of the entry before it in the same shard: a reader that has not seen that one has a gap. */
  readonly prev: Stamp;
  /** A concrete channel (`a.b`, `a.b-pnpres`); of a control entry the group's or the user's name, or empty. */
  readonly channel: string;
  readonly kind: EntryKind;
  /** Members of the envelope's JSON object that do not depend on the stamp, serialised once: `"c":"a","d":1`. */
  readonly body: string;
}

/** An entry to append. */
export interface AppendRequest {
  readonly channel: string;
  readonly kind: EntryKind;
  readonly body: string;
  /** `false`: stamped, and shown to no subscriber. Default `true`. */
  readonly deliver?: boolean;
  /** An entry with the key of one of the last two minutes is not appended again: that one's stamp is returned. */
  readonly dedupeKey?: string | undefined;
  /** The parts that history keeps. Absent: none. */
  readonly history?: ToStore | undefined;
}

/** Entries of the log in order, as far as one read went. */
export interface Slice {
  readonly entries: readonly Entry[];
  /** The caller's next position. */
  readonly upto: Stamp;
  /** Something after the position that was asked for has been dropped. */
  readonly trimmed: boolean;
  /** The last position at which something was dropped. Absent: before the first of the entries. */
  readonly trimmedUpto?: Stamp | undefined;
}

/** The entries that a log may drop. */
export interface TrimRequest {
  /** Newest entries to keep, at most. */
  readonly entries: number;
  /** Entries at or before this stamp may go. */
  readonly upto: Stamp;
}

/** The limits of a log. The oldest go first. */
export interface LogRules {
  /** Entries that are kept for readers who come later. */
  readonly entries: number;
  /** Characters of these entries. */
  readonly bytes: number;
  /** Dedupe keys. A repeated append whose key was dropped is appended again. */
  readonly dedupeKeys: number;
  /** Characters of all dedupe keys. */
  readonly dedupeBytes: number;
}

/** The ordered log of one subscribe key (docs/reference/protocol.md, "Timetokens"). */
export interface ShardLog {
  /**
   * Stamps and appends in one atomic step: each stamp is greater than every stamp before it, than whatever `head`
   * returned and than every floor, and once an entry can be read no smaller one can appear.
   * A rejection means that the outcome is unknown.
   */
  append(batch: readonly AppendRequest[]): Promise<readonly Stamp[]>;
  /** A fence: all entries up to it can be read, and every later one is stamped above it. */
  head(): Promise<Stamp>;
  /**
   * The beginning of this log: entries up to here may have been in a log that was lost, and are not in this one. Later
   * ones are in it, or were trimmed.
   */
  began(): Promise<Stamp>;
  /**
   * From now on entries are stamped above this position, which a client has from an origin that was ahead; at most
   * five seconds ahead of the engine's clock, whatever clients ask for and however often.
   */
  raise(floor: Stamp): Promise<void>;
  /** Entries after the position, oldest first, at most `limit`. */
  readAfter(after: Stamp, limit: number): Promise<Slice>;
  /**
   * Calls back for each new entry, in order. Calls may be lost: compare `entry.prev` with the own position.
   * Resolves to a function that ends the calls.
   */
  tail(onEntry: (entry: Entry) => void): Promise<() => void>;
  /** Drops entries. Never lowers `head`. */
  trim(request: TrimRequest): Promise<void>;
}
