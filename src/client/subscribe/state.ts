import type { WireGap } from '../../protocol/envelope.ts';
import type { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { BackoffPolicy } from '../runtime/backoff.ts';
import type { TaskEffect } from '../runtime/machine.ts';
import type { Loss } from './gaps.ts';
import { EMPTY_MIX, type Mix } from './mix.ts';
import { type Haste, NO_HASTE } from './pace.ts';

/** A place in the stream: a timetoken with the region that issued it, when one did. */
export interface LoopCursor {
  readonly timetoken: Timetoken;
  readonly region: number | undefined;
}

/**
 * What the loop is doing: `poll` says that a request is under way, `timer` that a timer runs. Both belong to the task of
 * the state. Times are monotonic, in milliseconds.
 */
export type Phase =
  /** Nothing is subscribed. */
  | { readonly name: 'idle' }
  /**
   * A request without a timetoken is under way: its answer proves that the server accepts the mix. It is never given up
   * for another one. With a timer in place of the poll, it is held back: requests came too fast.
   */
  | {
      readonly name: 'handshaking';
      readonly poll?: boolean;
      readonly timer?: boolean;
      readonly mix: Mix;
      readonly sentAt: number;
      /** The token or filter has changed since: a refusal says nothing about the new one. */
      readonly stale?: boolean;
    }
  /**
   * A long poll is held; or none, while batches wait to be delivered or a hurried server is given a pause. The timer ends
   * the pause, or the poll in favour of what is owed.
   */
  | { readonly name: 'receiving'; readonly poll?: boolean; readonly timer?: boolean; readonly sentAt: number }
  /** Until a delay has passed, or (without a timer) until the program sets a new token or filter expression. */
  | { readonly name: 'waiting'; readonly timer?: boolean; readonly due: number; readonly error: PubNubError }
  /** By `disconnect()`, or for good by `close()`. */
  | { readonly name: 'stopped'; readonly closed: boolean }
  /** The policy allows no further attempt. */
  | { readonly name: 'failed'; readonly error: PubNubError };

/** The one value that is the subscribe loop. */
export interface LoopState {
  readonly phase: Phase;
  /** What the program wants. */
  readonly demand: Mix;
  /** What the server accepted of it. */
  readonly accepted: Mix;
  /** What the server refused of it. */
  readonly refused: Mix;
  /** How it refused, the last time. */
  readonly refusal: PubNubError | undefined;
  /** The newest subscription that the program has made. */
  readonly newest: number;
  /** What the poll under way has not been asked for: a handshake for what is new, or another mix, token or filter. */
  readonly owed: 'handshake' | 'poll' | undefined;
  /** The names that the last long poll was sent for. */
  readonly asked: Mix;
  /** Where the next long poll goes on. */
  readonly cursor: LoopCursor | undefined;
  /** Whether there has been a connection since the loop was started. */
  readonly established: boolean;
  /** Whether something has failed since then, and nothing has succeeded after. */
  readonly outage: boolean;
  /** Failed attempts of the outage. */
  readonly attempt: number;
  readonly failedAt: number;
  /** When the server last gave a good answer, to a handshake or a poll. */
  readonly provenAt: number;
  /** When the cursor was last known to be all there is. */
  readonly caughtUpAt: number;
  /** Whether the client's own clock may not know how long it was away: a start in the past, a stop, a sleep, an outage. */
  readonly wasAway: boolean;
  /** How long the last handshake took, in milliseconds. */
  readonly roundTrip: number;
  /** How many requests were made of late. */
  readonly haste: Haste;
  /** Batches handed to delivery and not delivered yet. */
  readonly undelivered: number;
  /** Answers in a row that came at once and brought nothing on. */
  readonly fruitless: number;
  /** The id of the last request or timer: what is told of an earlier one changes nothing. */
  readonly task: number;
}

/** A loop that has not begun. */
export const IDLE: LoopState = Object.freeze({
  phase: { name: 'idle' },
  demand: EMPTY_MIX,
  accepted: EMPTY_MIX,
  refused: EMPTY_MIX,
  refusal: undefined,
  newest: 0,
  owed: undefined,
  asked: EMPTY_MIX,
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
  /** Trimmed ranges, from an origin that tells. */
  readonly gaps: readonly WireGap[] | undefined;
  /** Of its text, in characters. */
  readonly bytes?: number;
}

/** What can happen. `now` is monotonic, `wall` the wall clock, both in milliseconds; `random` is from 0 up to 1. */
export type LoopEvent = { readonly now: number; readonly wall: number } & (
  | {
      readonly type: 'demandChanged';
      readonly demand: Mix;
      /** The subscription that was added: its names need a handshake, even when they are in the mix already. */
      readonly newest?: number;
      /** Where an idle loop starts. */
      readonly cursor?: LoopCursor;
    }
  | {
      readonly type: 'polled';
      readonly task: number;
      readonly answer: LoopAnswer;
      /** The newest subscription that there was when the request went out. */
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
      /** Whether there was anything in it but copies of what came before. */
      readonly fresh: boolean;
    }
  | { readonly type: 'tokenChanged' }
  /** A provider has given another token: requests carry it by themselves. */
  | { readonly type: 'tokenRenewed' }
  | { readonly type: 'filterChanged' }
  | { readonly type: 'reconnectRequested' }
  | { readonly type: 'disconnectRequested' }
  | { readonly type: 'networkChanged'; readonly online: boolean }
  | { readonly type: 'woke' }
  | { readonly type: 'closed' }
);

/**
 * Whether the server itself has refused names in its own error body, or said that the filter expression is malformed, or
 * the address too long, whoever says so.
 */
export type Refusal = boolean | 'filter' | 'length';

/** Something to tell the program. */
export interface Announcement {
  readonly category: PNStatusCategory;
  readonly operation: PNOperationType;
  readonly mix: Mix;
  readonly error?: PubNubError;
  readonly attempt?: number;
  readonly nextRetryAt?: number;
}

/** Entries to deliver, with the cursor that the program may keep once they are. */
export interface Batch {
  readonly entries: readonly unknown[];
  readonly losses: readonly Loss[];
  readonly cursor: LoopCursor;
  /** The names that were asked for. */
  readonly mix: Mix;
  /** Of its text, in characters. */
  readonly bytes: number;
}

/** What the machine needs to know of its surroundings. Times in milliseconds. */
export interface LoopPolicy {
  readonly reconnection: BackoffPolicy;
  /** Entries in one answer from which on others may have been dropped. */
  readonly countThreshold: number;
  /** How long the server keeps what was not fetched. */
  readonly liveRetention: number;
  /** A provider gives the tokens: what one of them is refused for may pass by itself. */
  readonly renewsToken?: boolean;
}

/** An event without what is added when it is taken up: the times, and a random number where there is one. */
export type LoopInput = LoopEvent extends infer E
  ? E extends LoopEvent
    ? Omit<E, 'now' | 'wall' | 'random'>
    : never
  : never;

/** What is to be done. */
export type LoopEffect =
  | {
      readonly type: 'poll';
      readonly task: number;
      readonly mix: Mix;
      /** Absent in a handshake. */
      readonly cursor?: LoopCursor;
      /** The region to stay in, in a handshake. */
      readonly region?: number | undefined;
    }
  | TaskEffect
  | { readonly type: 'deliver'; readonly batch: Batch }
  /** The names of subscriptions up to `newest` are subscribed from the floor on; the loop goes on at the cursor. */
  | {
      readonly type: 'accept';
      readonly mix: Mix;
      readonly floor: LoopCursor;
      readonly cursor: LoopCursor;
      readonly newest: number;
    }
  | { readonly type: 'refuse'; readonly mix: Mix; readonly error: PubNubError; readonly newest: number }
  | { readonly type: 'leave'; readonly mix: Mix }
  | { readonly type: 'announce'; readonly announcement: Announcement };

/** A step of the machine. */
export type Step = readonly [LoopState, readonly LoopEffect[]];
