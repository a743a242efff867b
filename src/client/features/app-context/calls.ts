import { LARGEST_PAGE } from '../../../protocol/limits.ts';
import type { Paging } from '../../builder/paging.ts';
import type { Keyset, Param, Query, Retry, Values } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { distinct, joined } from '../../wire/values.ts';
import { isMetadata, isRelation, type MetadataPage, many, none, one } from './answers.ts';
import {
  CHANGE,
  type ChannelParams,
  custom,
  etag,
  INCLUDE,
  LIST,
  type ListValues,
  type PageParams,
  type RelationInput,
  text,
  type UserParams,
} from './parameters.ts';

// Fields that an answer may have or not.
const OPTIONAL_FIELDS: readonly string[] = ['custom', 'status', 'type'];

// Those that lists have without being asked for.
const WITHOUT_CUSTOM: readonly string[] = ['status', 'type'];

/** The path of a user. */
export function userPath({ uuid }: Values<UserParams>, { subscribeKey, userId }: Keyset): string {
  return path`/v2/objects/${subscribeKey}/uuids/${uuid ?? userId}`;
}

/** The path of a channel. */
export function channelPath({ channel }: Values<ChannelParams>, { subscribeKey }: Keyset): string {
  return path`/v2/objects/${subscribeKey}/channels/${channel}`;
}

type Condition = { readonly ifMatchesEtag?: string };
type Given = Readonly<Record<string, unknown>>;

/** What the calls on users and those on channels have in common; `own` are the fields that only one of them has. */
export function entityCalls<V, O extends Given, F extends Readonly<Record<string, Param<false>>>>(
  ofOne: { readonly params: O; readonly path: (values: V, keys: Keyset) => string },
  own: F,
) {
  const fields = { ...own, name: text, status: text, type: text, custom };
  const get = {
    params: { ...ofOne.params, ...INCLUDE },
    path: ofOne.path,
    query: (values: Given) => ({ include: included(values, OPTIONAL_FIELDS) }),
    retry: 'safe',
    parse: one(isMetadata),
  } as const;
  const set = {
    ...get,
    params: { ...get.params, ...fields, ifMatchesEtag: etag },
    method: 'PATCH',
    headers: ({ ifMatchesEtag }: Condition) => ({ 'if-match': ifMatchesEtag }),
    body: (values: Given) => Object.fromEntries(Object.keys(fields).map((name) => [name, values[name]])),
    // A conditional change that was made no longer meets its condition: repeated, it would report a conflict.
    retry: ({ ifMatchesEtag }: Condition): Retry => (ifMatchesEtag === undefined ? 'safe' : 'not-sent'),
  } as const;
  return { get, set, remove: { ...ofOne, method: 'DELETE', retry: 'safe', parse: none } } as const;
}

/** What the lists of all users and of all channels have in common. */
export const LIST_ALL = {
  params: LIST,
  query: (values: ListValues) => ({ include: included(values, WITHOUT_CUSTOM), ...pageQuery(values) }),
  retry: 'safe',
  parse: many(isMetadata),
} as const;

/** What a membership leads to. */
export type Side = 'uuid' | 'channel';

type Rows = readonly RelationInput<string>[] | undefined;

interface Change {
  readonly set?: Rows;
  readonly remove?: readonly string[];
}

/** What the calls on memberships and those on members have in common; `side` is what the entries lead to. */
export function relationCalls<S extends Side, V, O extends Readonly<Record<string, Param>>>(
  side: S,
  own: O,
  path: (values: V, keys: Keyset) => string,
) {
  const ofSide = (field: string) => `${side}.${field}`;
  const fields = [...OPTIONAL_FIELDS, side, ...OPTIONAL_FIELDS.map(ofSide)];
  const queryWith = (byDefault: readonly string[]) => (values: ListValues) => ({
    include: included(values, byDefault, fields),
    ...pageQuery(values),
  });
  const row = (input: RelationInput<string>) => {
    const { id, ...given } = typeof input === 'string' ? { id: input } : input;
    return { [side]: { id }, ...given };
  };
  const body = ({ set, remove }: Change) => ({
    set: set?.map(row),
    delete: remove && distinct(remove).map(row),
  });
  const params = { ...own, ...LIST };
  const get = { params, path, query: queryWith([]), retry: 'safe', parse: many(isRelation(side)) } as const;
  const query = queryWith([...WITHOUT_CUSTOM, ...WITHOUT_CUSTOM.map(ofSide)]);
  const change = { ...get, method: 'PATCH', query } as const;
  const manage = { ...change, params: { ...CHANGE, ...params }, oneOf: ['set', 'remove'], body } as const;
  return { params, get, change, manage, body };
}

/** Forwards. The last page has a `next` as well: what follows it is empty, and leads nowhere, or to itself. */
export function metadataPaging<T>(): Paging<PageParams, MetadataPage<T>> {
  return {
    place: ['page'],
    // The caller's object may change between two pages; and of a whole answer, only this much is a place.
    first: ({ page }) => (page ? { page: { next: page.next, prev: page.prev } } : {}),
    pageIn: (_asked, answer) => (answer.data.length > 0 ? answer : undefined),
    next: ({ page }, { data, next }) =>
      next === undefined || (data.length === 0 && next === page?.next) ? [] : [{ page: { next } }],
  };
}

function pageQuery({ limit, filter, sort, page, includeTotalCount }: ListValues): Query {
  return {
    // `include=totalCount` does nothing.
    count: includeTotalCount ? 'true' : undefined,
    limit: limit && Math.min(limit, LARGEST_PAGE),
    filter: filter || undefined,
    sort: joined(sort),
    start: page?.next,
    end: page?.next === undefined ? page?.prev : undefined,
  };
}

// `includeUuidCustom` asks for `uuid.custom`.
function included(
  values: Readonly<Record<string, unknown>>,
  byDefault: readonly string[],
  fields = OPTIONAL_FIELDS,
): string | undefined {
  const switchOf = (field: string) =>
    `include${field.replaceAll(/(?:^|\.)(.)/g, (_, letter: string) => letter.toUpperCase())}`;
  return joined(fields.filter((field) => values[switchOf(field)] ?? byDefault.includes(field)));
}
