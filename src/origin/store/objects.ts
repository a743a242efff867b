import type { AppendRequest } from './log.ts';
import type { Page } from './page.ts';

/** The key of an object: a user, a channel, or the membership of a user in a channel. */
export type ObjectKey =
  | { readonly type: 'uuid'; readonly uuid: string }
  | { readonly type: 'channel'; readonly channel: string }
  | { readonly type: 'membership'; readonly uuid: string; readonly channel: string };

/** All users, all channels, the memberships of a user, or the members of a channel. */
export type ObjectRange = { readonly type: 'uuid' | 'channel' } | MembershipRange;

/** The memberships of a user, or the members of a channel. */
export type MembershipRange =
  | { readonly type: 'membership'; readonly uuid: string }
  | { readonly type: 'membership'; readonly channel: string };

/** A value inside `custom`. */
export type Scalar = string | number | boolean | null;

/** A field of an object. */
export type FieldValue = string | Readonly<Record<string, Scalar>>;

/** The fields of an object that have a value. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** A stored object. */
export interface StoredObject {
  readonly fields: Fields;
  /** RFC 3339, UTC. */
  readonly updated: string;
  /** Names the fields: equal for equal fields, different for others. */
  readonly eTag: string;
}

/** An object with its key. */
export interface KeyedObject<K extends ObjectKey = ObjectKey> {
  readonly key: K;
  readonly object: StoredObject;
}

/** One change of a batch. */
export interface ObjectWrite {
  readonly key: ObjectKey;
  /** The eTag that the object must have; `undefined`: it must not exist. */
  readonly expected: string | undefined;
  /** The new object; `undefined` deletes it. */
  readonly object: StoredObject | undefined;
  /** Its log entries. */
  readonly announce: readonly AppendRequest[];
}

/**
 * The reason for not writing a batch: an object is not as expected; or there would be too many objects, too many memberships
 * of one user or of one channel, or too many characters.
 */
export type ObjectProblem = 'conflict' | 'objects' | 'memberships' | 'characters';

/** App Context: users, channels and memberships. */
export interface ObjectStore {
  /** The objects of some keys, in the same order; `undefined` for each that does not exist. */
  get(keys: readonly ObjectKey[]): Promise<readonly (StoredObject | undefined)[]>;
  /** The objects of a range, in the order of `nameIn`, by which a page begins. */
  list(range: ObjectRange, page: Page): Promise<readonly KeyedObject[]>;
  /** The number of objects of a range. */
  count(range: ObjectRange): Promise<number>;
  /**
   * Writes a batch and its log entries, in their order, in one atomic step: no reader sees one without the other. The
   * keys of a batch differ. Resolves to the reason if the batch is not written.
   *
   * @param batch The changes.
   * @param emptied A range that the batch empties: a membership that was added to it meanwhile is a conflict.
   */
  write(batch: readonly ObjectWrite[], emptied?: MembershipRange): Promise<ObjectProblem | undefined>;
}

/** The limits of App Context. */
export interface ObjectRules {
  /** Users, channels and memberships of one subscribe key. */
  readonly objects: number;
  /** Memberships of one user, and members of one channel. */
  readonly memberships: number;
  /** Characters of all fields and names of one subscribe key. */
  readonly characters: number;
}

// Measured: what a member of a parsed object takes in memory beside its characters.
const MEMBER_BYTES = 96;

/** The size of an object in characters, of which each member of `custom` has some more. The same in all stores. */
export function objectWeight({ key, object: { fields } }: KeyedObject): number {
  const names = key.type === 'membership' ? key.uuid.length + key.channel.length : idOf(key).length;
  let members = 0;
  for (const value of Object.values(fields))
    if (typeof value === 'object') members += Object.keys(value).length;
  return names + JSON.stringify(fields).length + members * MEMBER_BYTES;
}

/** The name of an object in a range: its own, or that of the other side of a membership. */
export function nameIn(range: ObjectRange, key: ObjectKey): string {
  if (key.type !== 'membership') return idOf(key);
  return 'uuid' in range ? key.channel : key.uuid;
}

/** The name of a user or channel. */
export function idOf(key: Exclude<ObjectKey, { type: 'membership' }>): string {
  return key.type === 'uuid' ? key.uuid : key.channel;
}
