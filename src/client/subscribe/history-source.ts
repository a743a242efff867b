import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';

/** A part of the history of a channel. */
export interface HistoryRange {
  readonly channel: string;
  /** Exclusive start; everything without it. */
  readonly after?: Timetoken;
  /** Inclusive end. */
  readonly upTo: Timetoken;
  /** The newest so many messages, at most. */
  readonly most: number;
}

/** What history holds of a range. */
export interface HistoryRows {
  /** Oldest first. */
  readonly rows: readonly WireEnvelope[];
  /** Everything above this timetoken is there; older rows were left out. `undefined` if nothing was. */
  readonly cutAt: Timetoken | undefined;
}

/** Where stored messages come from. Both reject with a `PubNubError`. */
export interface HistorySource {
  read(range: HistoryRange, signal: AbortSignal): Promise<HistoryRows>;
  /** The channels of a channel group. */
  channelsOf(group: string, signal: AbortSignal): Promise<readonly string[]>;
}
