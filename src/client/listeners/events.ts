import type { PresenceAction } from '../../protocol/envelope.ts';
import type { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';
import type { AnyChannels, LiteralKeys, Pattern, PayloadOf, Received } from '../channels.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { Json } from '../wire/json.ts';
import type { PNObjectsChange } from './objects-change.ts';

/** The members of every delivered event. */
export interface DeliveredEvent<Name extends string = string> {
  /** The channel it was published on. */
  readonly channel: Name;
  /** The group or wildcard that matched; `null` when the channel itself is subscribed. */
  readonly subscription: string | null;
  /** The time at which the server accepted it. */
  readonly timetoken: Timetoken;
}

/** A message. */
export interface PNMessageResult<Name extends string = string, P = unknown> extends DeliveredEvent<Name> {
  /** User id of the publisher. */
  readonly publisher: string | undefined;
  /** The payload as published, decrypted. */
  readonly message: P;
  /** The publisher's `meta`. */
  readonly userMetadata: Json | undefined;
  /** The type that the publisher gave it. */
  readonly customMessageType: string | undefined;
  /** The failed decryption of the payload; `message` is then still encrypted. */
  readonly error?: PubNubError;
}

/** A signal: a small message that is never stored. */
export type PNSignalResult<Name extends string = string, P = unknown> = Omit<
  PNMessageResult<Name, P>,
  'error'
>;

/** A change of presence: a user joined, left, timed out or changed state; or a summary of these. */
export interface PNPresenceEventResult extends DeliveredEvent {
  /** What happened: `join`, `leave`, `timeout`, `state-change` or `interval`. */
  readonly event: PresenceAction;
  /** The user; absent in an interval. */
  readonly uuid: string | undefined;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Users on the channel after the event. */
  readonly occupancy: number;
  /** The user's state, where the event has one. */
  readonly state: Readonly<Record<string, unknown>> | undefined;
  /** Users who joined since the last interval. */
  readonly joined: readonly string[];
  /** Users who left since the last interval. */
  readonly left: readonly string[];
  /** Users who timed out since the last interval. */
  readonly timedOut: readonly string[];
  /** `true` if the lists were too long to send: call `hereNow()`. */
  readonly hereNowRefresh: boolean;
}

/** A message action (a reaction, a receipt) was added or removed. */
export interface PNMessageActionEvent extends DeliveredEvent {
  /** The user who added or removed it. */
  readonly publisher: string | undefined;
  /** Whether it was added or removed. */
  readonly event: 'added' | 'removed';
  readonly data: {
    /** What kind of action it is, as `reaction`. */
    readonly type: string;
    /** Value of the action, for example `smile`. */
    readonly value: string;
    /** The user who added or removed it; the same as `publisher`. */
    readonly uuid: string | undefined;
    /** Names the action. */
    readonly actionTimetoken: Timetoken;
    /** The message that it belongs to. */
    readonly messageTimetoken: Timetoken;
  };
}

/** Metadata of a user or channel, or a membership, changed. */
export interface PNObjectsEvent extends DeliveredEvent {
  /** The change; `type` and `event` determine `data`. */
  readonly message: PNObjectsChange;
}

/** A file was sent. */
export interface PNFileEvent extends DeliveredEvent {
  /** User id of the sender. */
  readonly publisher: string | undefined;
  /** The message sent with the file, decrypted. */
  readonly message: unknown;
  readonly file: {
    /** Id of the file, for `downloadFile()`. */
    readonly id: string;
    /** Name under which the server stores it. */
    readonly name: string;
    /**
     * The address of the file, with the token at the time of reading: keep it out of logs. The event's JSON does not contain
     * it. A client with a secret key must use `getFileUrl()`, which signs the address.
     */
    readonly url: string;
  };
  /** The sender's `meta`. */
  readonly userMetadata: Json | undefined;
  /** The type that the sender gave it. */
  readonly customMessageType: string | undefined;
}

/** A range in which messages are missing, or may be. It names exactly one channel, channel group or wildcard. */
export interface PNGapEvent {
  /** The channel, without the suffix of its presence. */
  readonly channel?: string;
  /** The channel group, if its affected channels are unknown. */
  readonly channelGroup?: string;
  /** The wildcard, if its affected channels are unknown. */
  readonly wildcard?: string;
  /** `true` if presence events are missing, `false` for messages. */
  readonly presence: boolean;
  /** Exclusive start of the range. */
  readonly from: Timetoken;
  /** Inclusive end of the range. */
  readonly to: Timetoken;
  /**
   * The cause: the origin reported that it had dropped them; an answer was full; the client was away too long; the cursor
   * went back with a new region; older messages could not be fetched, or took so long that too many newer ones waited.
   */
  readonly reason:
    | 'trimmed'
    | 'count-exceeded'
    | 'retention'
    | 'cursor-regressed'
    | 'backfill-failed'
    | 'backlog-full';
  /** `true` if messages are missing, `false` if they may be. */
  readonly certain: boolean;
  /** The stored messages and files that history delivered before this event. */
  readonly recovered: 'none' | 'partial' | 'complete';
  /** The kinds of event that may still be missing. */
  readonly kinds: readonly string[];
}

/** An entry of an answer that violates the protocol; the other entries are delivered. */
export interface PNInvalidMessageEvent {
  /** How it violates the protocol. */
  readonly reason: string;
  /** The entry as received. */
  readonly raw: unknown;
}

/** A listener threw or rejected; the others were called nevertheless. */
export interface PNListenerErrorEvent {
  /** The event whose handler failed. */
  readonly event: string;
  /** What it threw, or its rejection. */
  readonly error: unknown;
}

/** The state of the subscribe loop, as a program sees it. */
export type ClientState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'stopped' | 'failed';

/** The state of the subscribe loop changed. */
export interface PNStateEvent {
  /** The state now. */
  readonly state: ClientState;
  /** The state before. */
  readonly previous: ClientState;
  /** The reason, in a few words. */
  readonly reason: string;
  /** The failure that caused it, if any. */
  readonly error: PubNubError | undefined;
}

/** A status of the client: a change of the connection, or the outcome of a request. */
export interface PNStatus {
  /** What happened; the other members depend on it. */
  readonly category: PNStatusCategory;
  /** The operation it is about; `undefined` for the connection as a whole. */
  readonly operation: PNOperationType | undefined;
  /** Whether there is an error behind it. */
  readonly isError: boolean;
  /** The error behind it. */
  readonly errorData: PubNubError | undefined;
  /** The HTTP status of the answer, if there was one. */
  readonly statusCode: number | undefined;
  /** The channels it is about. */
  readonly affectedChannels: readonly string[];
  /** The channel groups it is about. */
  readonly affectedChannelGroups: readonly string[];
  /** In an outage: how many attempts have failed. */
  readonly attempt: number | undefined;
  /** In an outage: when the next attempt is due, in milliseconds since the Unix epoch. */
  readonly nextRetryAt: number | undefined;
}

/** Makes a status; absent members are `undefined`. */
export function makeStatus(category: PNStatusCategory, more: Partial<Omit<PNStatus, 'category'>>): PNStatus {
  const { operation, errorData, attempt, nextRetryAt } = more;
  return {
    ...{ category, operation, isError: errorData !== undefined, errorData },
    statusCode: errorData?.statusCode ?? more.statusCode,
    affectedChannels: more.affectedChannels ?? [],
    affectedChannelGroups: more.affectedChannelGroups ?? [],
    ...{ attempt, nextRetryAt },
  };
}

/** A message of any channel of the map: `channel` narrows exact names, `pubnub.matches()` narrows wildcards. */
export type AnyMessage<C> = string extends keyof C
  ? PNMessageResult<string, Received<C[keyof C & string]>>
  : { [K in LiteralKeys<C>]: PNMessageResult<Pattern<K>, Received<C[K & keyof C]>> }[LiteralKeys<C>];

/** A signal of any channel of the map. */
export type AnySignal<C> = string extends keyof C
  ? PNSignalResult<string, Received<C[keyof C & string]>>
  : { [K in LiteralKeys<C>]: PNSignalResult<Pattern<K>, Received<C[K & keyof C]>> }[LiteralKeys<C>];

/** The messages of a subscription to `N`; a wildcard `news.*` yields every name under it. */
export type MessageOf<C, N extends string> = N extends string
  ? PNMessageResult<Pattern<N>, Received<PayloadOf<C, N>>>
  : never;

/** Event names with the events they carry. */
export interface EventMap<C = AnyChannels> {
  message: AnyMessage<C>;
  presence: PNPresenceEventResult;
  status: PNStatus;
  signal: AnySignal<C>;
  messageAction: PNMessageActionEvent;
  objects: PNObjectsEvent;
  file: PNFileEvent;
  gap: PNGapEvent;
  invalidMessage: PNInvalidMessageEvent;
  listenerError: PNListenerErrorEvent;
  state: PNStateEvent;
}

/** The name of an event. */
export type EventName = keyof EventMap;

/** Every event name. */
export const EVENT_NAMES: readonly EventName[] = Object.freeze([
  'message',
  'presence',
  'status',
  'signal',
  'messageAction',
  'objects',
  'file',
  'gap',
  'invalidMessage',
  'listenerError',
  'state',
]);
