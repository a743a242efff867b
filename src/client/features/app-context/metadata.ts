import type { Answer } from '../../endpoint.ts';
import {
  at,
  expected,
  isRecord,
  listAt,
  numbersOf,
  recordAt,
  serviceStatus,
  stringsOf,
} from '../../wire/read.ts';

/** A program's own fields: by name, without any nesting. */
export type CustomFields = Readonly<Record<string, string | number | boolean | null>>;

/** What users, channels and memberships have in common. */
export interface Described {
  /** Absent unless it was asked for; `null` when there is none. */
  readonly status?: string | null;
  /** Absent unless it was asked for; `null` when there is none. */
  readonly type?: string | null;
  /** Absent unless they were asked for; `null` when there are none. */
  readonly custom?: CustomFields | null;
  /** When it was last changed: RFC 3339, UTC. */
  readonly updated: string;
  /** Changes with the content; `ifMatchesEtag` takes it. */
  readonly eTag: string;
}

/** What is known of a user. */
export interface UuidMetadata extends Described {
  readonly id: string;
  readonly name?: string | null;
  /** The user's id in another system. */
  readonly externalId?: string | null;
  readonly profileUrl?: string | null;
  readonly email?: string | null;
}

/** What is known of a channel. */
export interface ChannelMetadata extends Described {
  readonly id: string;
  readonly name?: string | null;
  readonly description?: string | null;
}

/** The other side of a membership: its id, and what else was asked for. */
export type Related<T extends { readonly id: string }> = Pick<T, 'id'> & Partial<T>;

/** One channel of a user. */
export interface Membership extends Described {
  readonly channel: Related<ChannelMetadata>;
}

/** One user of a channel. */
export interface ChannelMember extends Described {
  readonly uuid: Related<UuidMetadata>;
}

/** A user or channel. */
export interface MetadataResult<T> {
  readonly data: T;
}

/** That nothing is left. */
export type RemoveMetadataResult = MetadataResult<null>;

/** A page of users, channels, memberships or members. */
export interface MetadataPage<T> {
  readonly data: readonly T[];
  /** How many there are on all pages, when that was asked for. */
  readonly totalCount?: number;
  /** Where the next page begins. There is one on the last page too: what follows it is empty. */
  readonly next?: string;
  /** Where the page before this one ends. */
  readonly prev?: string;
}

type Guard<T> = (value: unknown) => value is T;
type Parsed = Readonly<Record<string, unknown>>;

const TEXTS = ['name', 'externalId', 'profileUrl', 'email', 'description', 'status', 'type'];

/** Whether a value is a user or a channel, of which the answers differ in names of fields alone. */
export const isMetadata = (value: unknown): value is UuidMetadata & ChannelMetadata =>
  isDescribed(value) && typeof value['id'] === 'string';

/** Tells memberships from other values; `side` is what they lead to. */
export function isRelation<K extends 'uuid' | 'channel'>(side: K) {
  return (
    value: unknown,
  ): value is Described & { readonly [X in K]: Related<UuidMetadata & ChannelMetadata> } => {
    const other = isDescribed(value) && value[side];
    return isRecord(other) && typeof other['id'] === 'string' && fieldsFit(other);
  };
}

/** Reads the answer that holds one object; throws a `TypeError` for another one. */
export function one<T>(isOne: Guard<T>) {
  return ({ body }: Answer): MetadataResult<T> => {
    const data = at(body, 'data');
    return isOne(data) ? { data } : expected('an object with id, updated and eTag at data');
  };
}

/** Reads the answer that holds a page of objects; throws a `TypeError` for another one. */
export function many<T>(isOne: Guard<T>) {
  return ({ body }: Answer): MetadataPage<T> => {
    const page = recordAt(body);
    const data = listAt(page, 'data');
    if (!data.every(isOne)) expected('objects with their ids, updated and eTag in the list at data');
    return { data, ...numbersOf(page, 'totalCount'), ...stringsOf(page, 'next', 'prev') };
  };
}

/** Reads the answer to a removal; throws a `TypeError` for another one. */
export function none({ body }: Answer): RemoveMetadataResult {
  serviceStatus(body);
  return { data: null };
}

function isDescribed(value: unknown): value is Parsed {
  return (
    isRecord(value) &&
    typeof value['updated'] === 'string' &&
    typeof value['eTag'] === 'string' &&
    fieldsFit(value)
  );
}

function fieldsFit(value: Parsed): boolean {
  return TEXTS.every((name) => typeof (value[name] ?? '') === 'string') && isRecord(value['custom'] ?? {});
}
