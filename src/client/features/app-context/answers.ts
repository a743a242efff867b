import type { Answer } from '../../endpoint.ts';
import type { ChannelMetadata, Described, Related, UuidMetadata } from '../../listeners/metadata.ts';
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

/** A user or channel. */
export interface MetadataResult<T> {
  /** The metadata; `null` after a removal. */
  readonly data: T;
}

/** Result of a removal: nothing is left. */
export type RemoveMetadataResult = MetadataResult<null>;

/** A page of users, channels, memberships or members. */
export interface MetadataPage<T> {
  /** The entries of this page. */
  readonly data: readonly T[];
  /** How many there are on all pages, when that was asked for. */
  readonly totalCount?: number;
  /** Where the next page begins. There is one on the last page too: what follows it is empty. */
  readonly next?: string;
  /** Where the page before this one ends. */
  readonly prev?: string;
}

type Guard<T> = (value: unknown) => value is T;
type Fields = Readonly<Record<string, unknown>>;

const TEXTS = ['name', 'externalId', 'profileUrl', 'email', 'description', 'status', 'type'];
// Some servers leave these out; none sends `null`.
const STAMPS = ['updated', 'eTag'];

/** Whether a value is a user or a channel: their answers differ only in the names of fields. */
export const isMetadata = (value: unknown): value is UuidMetadata & ChannelMetadata =>
  isDescribed(value) && typeof value['id'] === 'string';

/** The check of a membership; `side` is what it leads to. */
export function isRelation<K extends 'uuid' | 'channel'>(side: K) {
  return (
    value: unknown,
  ): value is Described & { readonly [X in K]: Related<UuidMetadata & ChannelMetadata> } => {
    const other = isDescribed(value) && value[side];
    return isRecord(other) && typeof other['id'] === 'string' && fieldsFit(other);
  };
}

/** Reads an answer that holds one object; throws a `TypeError` if its shape is another. */
export function one<T>(isOne: Guard<T>) {
  return ({ body }: Answer): MetadataResult<T> => {
    const data = at(body, 'data');
    return isOne(data) ? { data } : expected('an object with its id at data');
  };
}

/** Reads an answer that holds a page of objects; throws a `TypeError` if its shape is another. */
export function many<T>(isOne: Guard<T>) {
  return ({ body }: Answer): MetadataPage<T> => {
    const page = recordAt(body);
    const data = listAt(page, 'data');
    if (!data.every(isOne)) expected('objects with their ids in the list at data');
    return { data, ...numbersOf(page, 'totalCount'), ...stringsOf(page, 'next', 'prev') };
  };
}

/** Reads the answer to a removal; throws a `TypeError` if its shape is another. */
export function none({ body }: Answer): RemoveMetadataResult {
  serviceStatus(body);
  return { data: null };
}

function isDescribed(value: unknown): value is Fields {
  return (
    isRecord(value) &&
    fieldsFit(value) &&
    STAMPS.every((name) => typeof (name in value ? value[name] : '') === 'string')
  );
}

function fieldsFit(value: Fields): boolean {
  return TEXTS.every((name) => typeof (value[name] ?? '') === 'string') && isRecord(value['custom'] ?? {});
}
