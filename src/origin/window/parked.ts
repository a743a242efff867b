import type { Linked } from '../../protocol/linked-list.ts';
import type { Due, DueMoment } from '../due-queue.ts';
import type { Stamp } from '../store/stamp.ts';
import type { Batch } from './batch.ts';
import type { Lost } from './gaps.ts';
import type { Subscription } from './subscription.ts';
import type { Audience } from './waiters.ts';

/** A client's filter, whose steps are limited. */
export interface PollFilter {
  /** Steps that it has taken. */
  readonly spent: number;
  /** Characters that it keeps while it waits. */
  readonly weight: number;
  /** `undefined`: it has too few steps left for this envelope. Throws if one envelope alone takes too many. */
  passes(envelope: unknown): boolean | undefined;
  /** Has all its steps again, for the next batch of a stream. */
  renew(): void;
}

/**
 * The end of what is parked: its time is over; it was interrupted, or the window was closed; or, to be parked again, a
 * group has changed, so that its channels must be looked up, or the log has another epoch, so that its start must be.
 */
export type End = 'timeout' | 'interrupted' | Restart;

/** The end of what has to be parked again. */
export type Restart = 'groups-changed' | 'epoch-changed';

/** Takes what is found for a subscriber: one batch (a poll), or many (a stream). */
export interface Sink {
  /**
   * `false`: not now, since its reader is slow. `window.resume()` then reads on from the cursor; what was dropped
   * meanwhile is a gap. Absent, as for a poll: always `true`, and there is one batch.
   */
  readonly isReady?: boolean;
  /** Takes a batch with entries or gaps. `true` if it takes more: those after the cursor of this one. */
  take(batch: Batch): boolean;
  /** Nothing more comes from this window. There is nothing for the subscriber up to the cursor. */
  end(end: End, cursor: Stamp): void;
  /** Nothing more comes: the filter has thrown. */
  fail(error: unknown): void;
}

/** The parameters of what is parked. */
export interface ParkedOptions {
  readonly subscription: Subscription;
  readonly cursor: Stamp;
  readonly sink: Sink;
  /** Milliseconds to wait at most. Zero: what is there now, and no more. `Infinity`: without end. */
  readonly holdMs: number;
  /** The client's filter; absent: all envelopes pass. */
  readonly filter?: PollFilter | undefined;
  /** Entries of a lost log that the client may have missed. */
  readonly lost?: Lost | undefined;
}

/** A subscriber that waits in a window. There are many thousands of these: it holds no function and no promise. */
export class Parked implements Due, Linked {
  readonly subscription: Subscription;
  readonly sink: Sink;
  readonly filter: PollFilter | undefined;
  lost: Lost | undefined;
  /** Its subscriber has everything up to here. */
  start: Stamp;
  /** There is nothing for it between the start and here, so entries that are dropped there are no loss to it. */
  seen: Stamp;
  /** Those who are parked with the same subscription; `undefined` while it is not parked. Set by `Waiters`. */
  audience: Audience | undefined = undefined;
  /** Its neighbours in the audience. */
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** It has not read everything after `seen` yet. */
  isBehind = true;
  length: number;
  due = 0;
  moment: DueMoment<this> | undefined = undefined;
  dueBefore: this | undefined = undefined;
  dueAfter: this | undefined = undefined;

  constructor({ subscription, cursor, sink, holdMs, filter, lost }: ParkedOptions) {
    this.subscription = subscription;
    this.sink = sink;
    this.filter = filter;
    this.lost = lost;
    this.start = cursor;
    this.seen = cursor;
    this.length = holdMs;
  }

  /** `true` for a stream, which goes on by itself where a poll would come again. */
  get isStream(): boolean {
    return this.sink.isReady !== undefined;
  }

  /** A batch up to the cursor was taken, and there will be more. */
  took(cursor: Stamp): void {
    this.start = cursor;
    this.lost = undefined;
    this.filter?.renew();
  }
}
