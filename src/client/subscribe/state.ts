import type { WireGap } from '../../protocol/envelope.ts';
import type { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { TaskEffect } from '../runtime/machine.ts';
import type { Loss } from './gaps.ts';
import { type Names, NO_NAMES } from './names.ts';
import { type Haste, NO_HASTE } from './pace.ts';

/** A position in the stream: a timetoken and the region that issued it, if known. */
export interface LoopCursor {
  readonly timetoken: Timetoken;
  readonly region: number | undefined;
}

/**
 * The phase of the loop. `poll`: a request is in flight; `timer`: a timer runs; both belong to the state's task. Times are
 * monotonic, in milliseconds.
 */
export type Phase =
  /** Nothing is subscribed. */
  | { readonly name: 'idle' }
  /**
   * A request without a timetoken, whose answer proves that the server accepts the names. It is never replaced by another
   * one. With a timer instead of the poll it is delayed, because requests came too fast.
   */
  | {
      readonly name: 'handshaking';
      readonly poll?: boolean;
      readonly timer?: boolean;
      readonly names: Names;
      readonly sentAt: number;
      /** It is delayed, and the server has heard of none of the names since a leave. */
      readonly left?: boolean;
      /** The token or filter has changed since: a refusal does not concern the new one. */
      readonly stale?: boolean;
    }
  /**
   * A long poll; or none, while batches wait for delivery, or during the pause after fruitless answers. The timer ends the
   * pause, or replaces the poll by the request that is owed.
   */
  | { readonly name: 'receiving'; readonly poll?: boolean; readonly timer?: boolean; readonly sentAt: number }
  /** Until a delay has passed, or (without a timer) until the program sets a new token or filter expression, or reconnects. */
  | { readonly name: 'waiting'; readonly timer?: boolean; readonly due: number; readonly error: PubNubError }
  /** Names are subscribed, and the page is hidden or frozen. `left`: the server has been sent a leave. */
  | { readonly name: 'hidden'; readonly left: boolean }
  /** By `disconnect()`, or for good by `close()`. */
  | { readonly name: 'stopped'; readonly closed: boolean }
  /** The policy allows no further attempt. */
  | { readonly name: 'failed'; readonly error: PubNubError };

/** The state of the subscribe loop. */
export interface LoopState {
  readonly phase: Phase;
  /** Whether the page is hidden or frozen, in whatever phase: nothing is asked of the server then. */
  readonly hidden: boolean;
  /** The names that the program wants. */
  readonly demand: Names;
  /** Those that the server has accepted. */
  readonly accepted: Names;
  /** Those that the server has refused. */
  readonly refused: Names;
  /** Refused names are asked for again as soon as the others are accepted. */
  readonly retry: boolean;
  /** The error of the last refusal. */
  readonly refusal: PubNubError | undefined;
  /** The id of the newest subscription. */
  readonly newest: number;
  /** The request that is due next: a handshake for new names, or a poll with other names, another token or filter. */
  readonly owed: 'handshake' | 'poll' | undefined;
  /** The names of the last long poll. */
  readonly asked: Names;
  /** The cursor of the next long poll. */
  readonly cursor: LoopCursor | undefined;
  /** Whether the loop has been connected since its start. */
  readonly established: boolean;
  /** Whether the last request failed. */
  readonly outage: boolean;
  /** Failed attempts of the outage. */
  readonly attempt: number;
  readonly failedAt: number;
  /** Time of the last good answer, to a handshake or a poll. */
  readonly provenAt: number;
  /** When the cursor was last known to be up to date. */
  readonly caughtUpAt: number;
  /** Whether the client's clock may not measure the absence: after a start in the past, a stop, a sleep or an outage. */
  readonly wasAway: boolean;
  /** How long the last handshake took, in milliseconds. */
  readonly roundTrip: number;
  /** The rate of requests. */
  readonly haste: Haste;
  /** Number of batches that wait for delivery. */
  readonly undelivered: number;
  /** Number of successive answers that came at once and held nothing new. */
  readonly fruitless: number;
  /** The id of the current request or timer: the outcome of an earlier one is ignored. */
  readonly task: number;
}

/** The initial state. */
export const IDLE: LoopState = Object.freeze({
  phase: { name: 'idle' },
  hidden: false,
  demand: NO_NAMES,
  accepted: NO_NAMES,
  refused: NO_NAMES,
  retry: false,
  refusal: undefined,
  newest: 0,
  owed: undefined,
  asked: NO_NAMES,
  cursor: undefined,
  established: false,
  outage: false,
  attempt: 0,
  failedAt: Number.NEGATIVE_INFINITY,
  provenAt: Number.NEGATIVE_INFINITY,
  caughtUpAt: Number.POSITIVE_INFINITY,
  wasAway: true,
  roundTrip: 0,
  haste: NO_HASTE,
  undelivered: 0,
  fruitless: 0,
  task: 0,
} as const);

/** An answer of the server. */
export interface LoopAnswer {
  readonly cursor: { readonly timetoken: Timetoken; readonly region: number };
  readonly entries: readonly unknown[];
  /** Trimmed ranges, if the origin reports them. */
  readonly gaps: readonly WireGap[] | undefined;
  /** Length of its text, in characters. */
  readonly bytes?: number;
  /** The server was silent, and what it may have had is left to history. */
  readonly isSilence?: true;
  /** `1` in the answer to a handshake: the origin has the feed of events. */
  readonly feed?: unknown;
}

/** An event of the loop. `now` is monotonic, `wall` the wall clock, both in milliseconds; `random` is from 0 up to 1. */
export type LoopEvent = { readonly now: number; readonly wall: number } & (
  | {
      readonly type: 'demandChanged';
      readonly demand: Names;
      /** The id of the newest added subscription: its names need a handshake, even if they are subscribed already. */
      readonly newest?: number;
      /** Where an idle loop starts. */
      readonly cursor?: LoopCursor;
    }
  | {
      readonly type: 'polled';
      readonly task: number;
      readonly answer: LoopAnswer;
      /** The id of the newest subscription when the request was sent. */
      readonly newest: number;
    }
  | {
      readonly type: 'pollFailed';
      readonly task: number;
      readonly error: PubNubError;
      readonly refusal: Refusal;
      readonly newest: number;
      readonly random: number;
    }
  | { readonly type: 'timerFired'; readonly task: number }
  | {
      readonly type: 'delivered';
      /** Whether it held more than copies of earlier entries. */
      readonly fresh: boolean;
    }
  | { readonly type: 'tokenChanged' }
  /** The token provider has given another token. */
  | { readonly type: 'tokenRenewed' }
  | { readonly type: 'filterChanged' }
  | { readonly type: 'reconnectRequested' }
  | { readonly type: 'disconnectRequested' }
  | { readonly type: 'networkChanged'; readonly online: boolean }
  | { readonly type: 'pageChanged'; readonly shown: boolean }
  | { readonly type: 'woke' }
  | { readonly type: 'closed' }
);

/**
 * Whether the server has refused names, in a protocol error; `filter`: the expression is malformed; `length`: the address is
 * too long, for the server or a proxy.
 */
export type Refusal = boolean | 'filter' | 'length';

/** A status for the program. */
export interface Announcement {
  readonly category: PNStatusCategory;
  readonly operation: PNOperationType;
  readonly names: Names;
  readonly error?: PubNubError;
  readonly attempt?: number;
  readonly nextRetryAt?: number;
}

/** Entries to deliver, and the cursor behind them. */
export interface Batch {
  readonly entries: readonly unknown[];
  readonly losses: readonly Loss[];
  readonly cursor: LoopCursor;
  /** The names that were asked for. */
  readonly names: Names;
  /** Length of its text, in characters. */
  readonly bytes: number;
  /** The answer is of another region than the poll's cursor. */
  readonly moved: boolean;
}

/** An event without the times and the random number, which are added when it is processed. */
export type LoopInput = LoopEvent extends infer E
  ? E extends LoopEvent
    ? Omit<E, 'now' | 'wall' | 'random'>
    : never
  : never;

/** An effect of a step. */
export type LoopEffect =
  | {
      readonly type: 'poll';
      readonly task: number;
      readonly names: Names;
      /** Absent in a handshake. */
      readonly cursor?: LoopCursor;
      /** The region to stay in, in a handshake. */
      readonly region?: number | undefined;
    }
  | TaskEffect
  | { readonly type: 'deliver'; readonly batch: Batch }
  /** The names of subscriptions up to `newest` are subscribed from the floor on; the loop continues at the cursor. */
  | {
      readonly type: 'accept';
      readonly names: Names;
      readonly floor: LoopAnswer['cursor'];
      /** Whether the server reports gaps. */
      readonly tells: boolean;
      readonly cursor: LoopCursor;
      readonly newest: number;
    }
  /** Accepted names among them are subscribed up to the cursor. Without one, no accepted name is meant. */
  | {
      readonly type: 'refuse';
      readonly names: Names;
      readonly error: PubNubError;
      readonly newest: number;
      readonly cursor?: LoopCursor | undefined;
    }
  | { readonly type: 'leave'; readonly names: Names }
  | { readonly type: 'announce'; readonly announcement: Announcement };

/** A step of the machine. */
export type Step = readonly [LoopState, readonly LoopEffect[]];
