import type { Timetoken } from './timetoken.ts';

/** The kind of an envelope, its `e`. Absent: a message, or presence if the channel's name says so. */
export const EventKind = { message: 0, signal: 1, objects: 2, messageAction: 3, file: 4 } as const;

/** One of the wire's event kinds. */
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** A timetoken with the region that issued it. */
export interface WireCursor {
  readonly t: Timetoken;
  readonly r: number;
}

/** One delivered entry of a subscribe answer (docs/reference/protocol.md, "Envelope"). */
export interface WireEnvelope {
  /** Shard, an opaque string. */
  readonly a?: string;
  /** Flags, opaque. */
  readonly f?: number;
  /** Kind; absent for messages and presence. */
  readonly e?: EventKind;
  /** User ID of the publisher; absent for the origin's own events. */
  readonly i?: string;
  /** Sequence number of the publisher. */
  readonly s?: number;
  /** Publish timetoken and region. */
  readonly p: WireCursor;
  /** Origination timetoken, if the publisher set one. */
  readonly o?: WireCursor;
  /** Subscribe key. */
  readonly k?: string;
  /** The channel of the publish; ends in `-pnpres` for presence. */
  readonly c: string;
  /** The subscribed name that matched: channel, group or wildcard. Absent means `c`. */
  readonly b?: string;
  /** Payload. */
  readonly d: unknown;
  /** Meta of the publish. */
  readonly u?: unknown;
  /** Custom message type. */
  readonly cmt?: string;
}

/** A range of timetokens: exclusive at its start, inclusive at its end, never empty. */
export interface WireRange {
  readonly from: Timetoken;
  readonly to: Timetoken;
}

/**
 * Entries that the origin dropped before this client read them: of one channel (`c`), or of channels that the origin
 * cannot name any more, covered by a wildcard (`w`) or in a group (`g`). The names end in `-pnpres` for presence.
 */
export type WireGap =
  | (WireRange & { readonly c: string; readonly w?: never; readonly g?: never })
  | (WireRange & { readonly w: string; readonly c?: never; readonly g?: never })
  | (WireRange & { readonly g: string; readonly c?: never; readonly w?: never });

/** The answer to a subscribe request. */
export interface WireSubscribeAnswer {
  readonly t: WireCursor;
  readonly m: readonly WireEnvelope[];
  /** Trimmed ranges, from origins that report them; other clients ignore the key. */
  readonly g?: readonly WireGap[];
}

/** The kinds of presence event on the wire. */
export const PRESENCE_ACTIONS = ['join', 'leave', 'timeout', 'state-change', 'interval'] as const;

/** One kind of presence event. */
export type PresenceAction = (typeof PRESENCE_ACTIONS)[number];
