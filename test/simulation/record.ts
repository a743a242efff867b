import type { AnyChannels, EventMap, PNGapEvent, Subscription, Timetoken } from '../../src/index.ts';
import { isWildcard, PRESENCE_SUFFIX } from '../../src/protocol/names.ts';
import type { ReaderKind, ReaderOverflow, Wish } from './plan.ts';
import { type EntryKind, keyOf } from './truth.ts';

/** An event as it was delivered. */
export interface Got {
  readonly key: string;
  readonly kind: EntryKind;
  /** With the suffix, where it is presence. */
  readonly channel: string;
  readonly timetoken: Timetoken;
  readonly subscription: string | null;
  /** When, in the order of everything that happens. */
  readonly order: number;
  /** When, in true milliseconds. */
  readonly at: number;
}

/** A gap as it was told. A group is `channelGroup`; `group` in version 0.1. */
export type Gap = PNGapEvent & {
  readonly channelGroup?: string;
  readonly group?: string;
  readonly wildcard?: string;
  readonly presence?: boolean;
};

/** A name of a subscription as it stands on the wire. */
export interface Name {
  readonly kind: 'channel' | 'group';
  readonly name: string;
  /** When the program asked for its end, and when that was sure, in the order of everything that happens. */
  dropAsked?: number;
  dropSure?: number;
}

/** What a subscription starts with. */
export type Start =
  | { readonly from: 'timetoken'; readonly timetoken: Timetoken; readonly stored: boolean }
  | { readonly from: 'last'; readonly count: number };

/** An iterator and what it yielded. */
export interface Reader {
  readonly kind: ReaderKind;
  readonly overflow: ReaderOverflow;
  /** How many messages the subscription had got before. */
  readonly from: number;
  readonly read: string[];
  /** Reads so many more; `Infinity` for all there will be. */
  pull(count: number): void;
  /** Leaves the iterator. */
  leave(): void;
  ended?: 'end' | 'error' | 'left';
}

/** A subscription with what it was asked for and what it got. */
export interface Handle {
  readonly id: string;
  readonly wish: Wish;
  readonly names: readonly Name[];
  readonly subscription: Subscription<AnyChannels, string>;
  readonly start: Start | undefined;
  /** How many requests had been sent when it was made. */
  readonly since: number;
  readonly order: number;
  readonly got: Got[];
  readonly gaps: { readonly gap: Gap; readonly order: number }[];
  readonly readers: Reader[];
  ended?: number;
  connected: 'pending' | 'resolved' | 'rejected';
  connectedOrder?: number;
}

/** The names of a wish as they stand on the wire. */
export function namesOf({ channels, groups, presence }: Wish): readonly Name[] {
  const both = (name: string) => (presence ? [name, name + PRESENCE_SUFFIX] : [name]);
  return [
    ...channels.flatMap(both).map((name): Name => ({ kind: 'channel', name })),
    ...groups.flatMap(both).map((name): Name => ({ kind: 'group', name })),
  ];
}

/** Whether a subscribed channel or wildcard has the channel. */
export function covers(name: string, channel: string): boolean {
  if (name === channel) return true;
  const isPresence = name.endsWith(PRESENCE_SUFFIX);
  if (isPresence !== channel.endsWith(PRESENCE_SUFFIX)) return false;
  const bare = (text: string) => (isPresence ? text.slice(0, -PRESENCE_SUFFIX.length) : text);
  const [wildcard, rest] = [bare(name), bare(channel)];
  return isWildcard(wildcard) && rest.length >= wildcard.length && rest.startsWith(wildcard.slice(0, -1));
}

/** A delivered event, as the truth knows it. */
export function gotOf<K extends EntryKind>(
  kind: K,
  event: EventMap[K],
  when: { readonly order: number; readonly at: number },
): Got {
  const { timetoken, subscription } = event;
  const channel = kind === 'presence' ? event.channel + PRESENCE_SUFFIX : event.channel;
  return { key: keyOf(identityOf(kind, event)), kind, channel, timetoken, subscription, ...when };
}

function identityOf(kind: EntryKind, event: EventMap[EntryKind]): Parameters<typeof keyOf>[0] {
  const { timetoken } = event;
  if ('occupancy' in event) {
    const { event: action, timestamp, uuid, occupancy } = event;
    const channel = event.channel + PRESENCE_SUFFIX;
    const payload = { action, timestamp, uuid, occupancy };
    return { channel, timetoken, kind, publisher: undefined, payload, meta: undefined, type: undefined };
  }
  const { channel, publisher, message, userMetadata, customMessageType } = event;
  return {
    channel,
    timetoken,
    kind,
    publisher,
    payload: message,
    meta: userMetadata,
    type: customMessageType,
  };
}
