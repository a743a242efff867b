import type { Timetoken } from '../../protocol/timetoken.ts';
import type { Stored } from './history.ts';
import type { Stamp } from './stamp.ts';

/** What somebody has published: the parts of its envelope (docs/reference/protocol.md, "Envelope"). */
export interface Publication extends Stored {
  /** The publisher's own count. */
  readonly sequence?: number | undefined;
  /** The timetoken that the publisher asks receivers to use. */
  readonly origination?: Timetoken | undefined;
}

/** A change of presence, or those of an interval (docs/reference/protocol.md, "Presence events"). */
export type PresenceEvent = UserChange | IntervalChanges;

/** One user's change. */
export interface UserChange {
  readonly action: 'join' | 'leave' | 'timeout' | 'state-change';
  readonly user: string;
  /** Users on the channel after the change. */
  readonly occupancy: number;
  /** The user's state as JSON text. */
  readonly state?: string | undefined;
  /** Seconds since the Unix epoch. Absent: the time of the entry's stamp. */
  readonly seconds?: number | undefined;
}

/** The changes on a crowded channel since the interval before; a list is absent if it is empty. */
export interface IntervalChanges {
  readonly action: 'interval';
  readonly occupancy: number;
  readonly join?: readonly string[] | undefined;
  readonly leave?: readonly string[] | undefined;
  readonly timeout?: readonly string[] | undefined;
  /** The lists would be too long: receivers ask here-now. */
  readonly hereNowRefresh?: boolean | undefined;
  /** Seconds since the Unix epoch. Absent: the time of the entry's stamp. */
  readonly seconds?: number | undefined;
}

/** A message action that was added or removed. */
export interface ActionEvent {
  readonly event: 'added' | 'removed';
  /** The message's stamp. */
  readonly message: Stamp;
  readonly user: string;
  readonly type: string;
  readonly value: string;
  /** The action's stamp. Absent: the entry's own, which is known only when it is appended. */
  readonly action?: Stamp | undefined;
}

/** The data of an entry by its kind. Origins print envelopes from it. */
interface DataOfKind {
  readonly message: Publication;
  readonly signal: Publication;
  /** A change of App Context. */
  readonly object: Publication;
  readonly action: ActionEvent;
  readonly presence: PresenceEvent;
  /** A channel group has changed. */
  readonly group: null;
  /** A grant or a revoked token has changed. */
  readonly access: null;
  /** The channels that a user has left; with an instance, those that this one has. */
  readonly leave: readonly string[] | InstanceLeave;
}

/** The leave of one of a user's instances. */
export interface InstanceLeave {
  readonly instance: string;
  readonly channels: readonly string[];
}

/**
 * The kind of an entry: one that is delivered, or a control entry, which tells all origins at the same position that
 * something else has changed: `group`, a channel group; `access`, a grant or a revoked token; `leave`, a user has left.
 */
export type EntryKind = keyof DataOfKind;

/** The kind of a control entry, which no subscriber gets. */
export type ControlKind = 'group' | 'access' | 'leave';

interface Content<Kind extends EntryKind> {
  readonly kind: Kind;
  /** A concrete channel (`a.b`, `a.b-pnpres`); of a control entry the group's or the user's name, or empty. */
  readonly channel: string;
  readonly data: DataOfKind[Kind];
}

/** The contents of an entry, known before it is stamped. */
export type EntryContent = { [Kind in EntryKind]: Content<Kind> }[EntryKind];

/** One entry of a shard's log. */
export type Entry = EntryContent & {
  readonly tt: Stamp;
  /** Stamp of the entry before it in the same shard: a reader that has not seen that one has a gap. */
  readonly prev: Stamp;
};

/** An entry that is delivered. */
export type DeliveredEntry = Exclude<Entry, { readonly kind: ControlKind }>;

/** A control entry. */
export type ControlEntry = Extract<Entry, { readonly kind: ControlKind }>;

/** What a leave tells: who names no instance writes the channels alone. */
export function leaveOf(channels: readonly string[], instance = ''): readonly string[] | InstanceLeave {
  return instance === '' ? channels : { instance, channels };
}

/** `true` for an entry that is not delivered. */
export function isControl(entry: Entry): entry is ControlEntry {
  return entry.kind === 'group' || entry.kind === 'access' || entry.kind === 'leave';
}

/** The memory of an entry's contents, in characters. */
export function weightOf(content: EntryContent): number {
  return content.channel.length + charactersIn(content.data);
}

// Names of members count as little as the rest of an object.
function charactersIn(data: unknown): number {
  if (typeof data === 'string') return data.length;
  if (typeof data !== 'object' || data === null) return 0;
  // Data has no members that are not its own. Each publish is weighed three times: without a list of the values.
  const members = data as Readonly<Record<string, unknown>>;
  let characters = 0;
  for (const name in members) characters += charactersIn(members[name]);
  return characters;
}
