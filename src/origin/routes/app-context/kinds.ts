import type { ResourceKind } from '../../../protocol/permissions.ts';
import type { Fields, MembershipRange, ObjectKey, StoredObject } from '../../store/objects.ts';

/** The path of App Context (docs/reference/protocol.md, "App Context"). */
export const OBJECTS_PATH = '/v2/objects/{subscribeKey}';

/** Users or channels. */
export interface EntityKind {
  /** Its name in answers and events. */
  readonly type: 'uuid' | 'channel';
  /** Its name in paths and permissions. */
  readonly plural: ResourceKind & ('uuids' | 'channels');
  readonly noun: 'User' | 'Channel';
  /** Fields that answers always have, in order. */
  readonly texts: readonly string[];
  keyOf(id: string): ObjectKey;
  /** The name of the entity that an object is, or belongs to. */
  idIn(key: ObjectKey): string;
  /** The range of its memberships. */
  membershipsOf(id: string): MembershipRange;
}

/** The users of the App Context. */
export const USERS: EntityKind = {
  type: 'uuid',
  plural: 'uuids',
  noun: 'User',
  texts: ['name', 'externalId', 'profileUrl', 'email'],
  keyOf: (uuid) => ({ type: 'uuid', uuid }),
  idIn: (key) => ('uuid' in key ? key.uuid : ''),
  membershipsOf: (uuid) => ({ type: 'membership', uuid }),
};

/** The channels of the App Context. */
export const CHANNELS: EntityKind = {
  type: 'channel',
  plural: 'channels',
  noun: 'Channel',
  texts: ['name', 'description'],
  keyOf: (channel) => ({ type: 'channel', channel }),
  idIn: (key) => ('channel' in key ? key.channel : ''),
  membershipsOf: (channel) => ({ type: 'membership', channel }),
};

/** Memberships as seen from their user, or from their channel. */
export interface RelationKind {
  readonly owner: EntityKind;
  readonly other: EntityKind;
  keyOf(owner: string, other: string): ObjectKey;
}

/** The channels of a user. */
export const MEMBERSHIPS: RelationKind = {
  owner: USERS,
  other: CHANNELS,
  keyOf: (uuid, channel) => ({ type: 'membership', uuid, channel }),
};

/** The users of a channel. */
export const MEMBERS: RelationKind = {
  owner: CHANNELS,
  other: USERS,
  keyOf: (channel, uuid) => ({ type: 'membership', uuid, channel }),
};

/** Fields that every object can have beside its texts; answers have them if the query includes them. */
export const OPTIONAL = ['type', 'status', 'custom'] as const;

/** The values of `include`. */
export type Include = ReadonlySet<string>;

/** A user or channel as answers show it; `prefix` precedes the names of its fields in `include`. */
export function shownEntity(
  { texts }: EntityKind,
  { id, object }: { readonly id: string; readonly object: StoredObject | undefined },
  show: { readonly include: Include; readonly prefix?: string },
): object {
  // It has memberships and no metadata.
  if (!object) return { id };
  const { fields, updated, eTag } = object;
  const shown = texts.map((name) => [name, fields[name] ?? null]);
  return { id, ...Object.fromEntries(shown), ...shownOptional(fields, show), updated, eTag };
}

/** `true` if the other side is shown with its fields. */
export function showsRelated({ other }: RelationKind, include: Include): boolean {
  return include.has(other.type) || include.has(`${other.type}.custom`);
}

/** A membership as answers show it. The other side has its fields if they are included. */
export function shownRelation(
  kind: RelationKind,
  row: { readonly id: string; readonly object: StoredObject; readonly related: StoredObject | undefined },
  include: Include,
): object {
  const { id, object, related } = row;
  const { other } = kind;
  return {
    [other.type]: showsRelated(kind, include)
      ? shownEntity(other, { id, object: related }, { include, prefix: `${other.type}.` })
      : { id },
    ...shownOptional(object.fields, { include }),
    updated: object.updated,
    eTag: object.eTag,
  };
}

function shownOptional(fields: Fields, { include, prefix = '' }: { include: Include; prefix?: string }) {
  const wanted = OPTIONAL.filter((name) => include.has(prefix + name));
  return Object.fromEntries(wanted.map((name) => [name, fields[name] ?? null]));
}
