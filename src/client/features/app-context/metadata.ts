import { must, optional } from '../../builder/params.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { Keyset, List, Param, Retry } from '../../endpoint.ts';
import type { ChannelMetadata, CustomFields, UuidMetadata } from '../../listeners/metadata.ts';
import { path } from '../../request/path.ts';
import {
  isMetadata,
  type MetadataPage,
  type MetadataResult,
  many,
  metadataPaging,
  none,
  one,
  type RemoveMetadataResult,
} from './answers.ts';
import {
  CHANNEL,
  type ChannelParams,
  channelPath,
  custom,
  INCLUDE,
  type IncludeParams,
  included,
  LIST,
  type ListValues,
  OPTIONAL_FIELDS,
  type PageParams,
  pageQuery,
  type SortKey,
  text,
  USER,
  type UserParams,
  userPath,
  WITHOUT_CUSTOM,
} from './parameters.ts';

/** Parameters of `getUuidMetadata()`. */
export interface GetUuidMetadataParams extends UserParams, IncludeParams {}

/** Parameters of `getChannelMetadata()`. */
export interface GetChannelMetadataParams extends ChannelParams, IncludeParams {}

/** Parameters of a change of metadata. What is not given stays as it is. */
export interface SetMetadataParams extends IncludeParams {
  /** A name to show; `null` clears it. */
  name?: string | null;
  /** Any word for the status; `null` clears it. */
  status?: string | null;
  /** Any word for the kind of user or channel; `null` clears it. */
  type?: string | null;
  /** Fields of the program's own, which replace those before; without nesting. `null` clears them. */
  custom?: CustomFields | null;
  /** Change only what still has this eTag; otherwise the call fails with `PN-3010`. */
  ifMatchesEtag?: string;
}

/** Parameters of `setUuidMetadata()`. */
export interface SetUuidMetadataParams extends UserParams, SetMetadataParams {
  /** The user's id in another system; `null` clears it. */
  externalId?: string | null;
  /** Address of a picture; `null` clears it. */
  profileUrl?: string | null;
  /** Address for mail; `null` clears it. */
  email?: string | null;
}

/** Parameters of `setChannelMetadata()`. */
export interface SetChannelMetadataParams extends ChannelParams, SetMetadataParams {
  /** What the channel is for; `null` clears it. */
  description?: string | null;
}

/** Parameters of `removeUuidMetadata()`. */
export interface RemoveUuidMetadataParams extends UserParams {}

/** Parameters of `removeChannelMetadata()`. */
export interface RemoveChannelMetadataParams extends ChannelParams {}

/** Parameters of `getAllUuidMetadata()`. */
export interface GetAllUuidMetadataParams extends PageParams, IncludeParams {
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<'id' | 'name' | 'updated' | 'status' | 'type'>>;
  /** Whether entries come with `custom`. Default `false`. */
  includeCustom?: boolean;
}

/** Parameters of `getAllChannelMetadata()`. */
export interface GetAllChannelMetadataParams extends GetAllUuidMetadataParams {}

type Condition = { readonly ifMatchesEtag?: string };
type Given = Readonly<Record<string, unknown>>;

const checkEtag = must(
  'be an eTag of an answer',
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
);
const FIELDS = { name: text, status: text, type: text, custom };

/** What the calls on users and those on channels have in common; `own` are the fields that only one of them has. */
function calls<V, O extends Given, F extends Readonly<Record<string, Param<false>>>>(
  ofOne: { readonly params: O; readonly path: (values: V, keys: Keyset) => string },
  own: F,
) {
  const fields = { ...own, ...FIELDS };
  const get = {
    params: { ...ofOne.params, ...INCLUDE },
    path: ofOne.path,
    query: (values: Given) => ({ include: included(values, OPTIONAL_FIELDS) }),
    retry: 'safe',
    parse: one(isMetadata),
  } as const;
  const set = {
    ...get,
    params: { ...get.params, ...fields, ifMatchesEtag: optional(checkEtag) },
    method: 'PATCH',
    headers: ({ ifMatchesEtag }: Condition) => ({ 'if-match': ifMatchesEtag }),
    body: (values: Given) => Object.fromEntries(Object.keys(fields).map((name) => [name, values[name]])),
    // A conditional change that was made no longer meets its condition: repeated, it would report a conflict.
    retry: ({ ifMatchesEtag }: Condition): Retry => (ifMatchesEtag === undefined ? 'safe' : 'not-sent'),
  } as const;
  return { get, set, remove: { ...ofOne, method: 'DELETE', retry: 'safe', parse: none } } as const;
}

const LIST_ALL = {
  params: LIST,
  query: (values: ListValues) => ({ include: included(values, WITHOUT_CUSTOM), ...pageQuery(values) }),
  retry: 'safe',
  parse: many(isMetadata),
} as const;

const user = calls({ params: USER, path: userPath }, { externalId: text, profileUrl: text, email: text });
const channel = calls({ params: CHANNEL, path: channelPath }, { description: text });

/** The operations on users and channels (docs/reference/protocol.md, "App Context"). */
export const metadata = {
  /**
   * Lists users, page by page.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.getAllUuidMetadata().filter('name LIKE "A*"').sort('name').execute();
   * ```
   */
  getAllUuidMetadata: paged<GetAllUuidMetadataParams, MetadataPage<UuidMetadata>>(
    {
      // `GET /v2/objects/{sub}/uuids`.
      ...LIST_ALL,
      operation: 'PNGetAllUUIDMetadataOperation',
      path: (_, { subscribeKey }) => path`/v2/objects/${subscribeKey}/uuids`,
    },
    metadataPaging(),
  ),
  /**
   * Gets the metadata of a user.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.getUuidMetadata().uuid('bob').execute();
   * ```
   */
  getUuidMetadata: rest<GetUuidMetadataParams, MetadataResult<UuidMetadata>>({
    // `GET /v2/objects/{sub}/uuids/{uuid}`.
    ...user.get,
    operation: 'PNGetUUIDMetadataOperation',
  }),
  /**
   * Changes the metadata of a user, who need not exist before.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.setUuidMetadata().uuid('bob').name('Bob').custom({ level: 7 }).execute();
   * ```
   */
  setUuidMetadata: rest<SetUuidMetadataParams, MetadataResult<UuidMetadata>>({
    // `PATCH /v2/objects/{sub}/uuids/{uuid}`.
    ...user.set,
    operation: 'PNSetUUIDMetadataOperation',
  }),
  /** Removes the metadata of a user. */
  removeUuidMetadata: rest<RemoveUuidMetadataParams, RemoveMetadataResult>({
    // `DELETE /v2/objects/{sub}/uuids/{uuid}`.
    ...user.remove,
    operation: 'PNRemoveUUIDMetadataOperation',
  }),
  /**
   * Lists channels, page by page.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.getAllChannelMetadata().sort('updated:desc').limit(10).execute();
   * ```
   */
  getAllChannelMetadata: paged<GetAllChannelMetadataParams, MetadataPage<ChannelMetadata>>(
    {
      // `GET /v2/objects/{sub}/channels`.
      ...LIST_ALL,
      operation: 'PNGetAllChannelMetadataOperation',
      path: (_, { subscribeKey }) => path`/v2/objects/${subscribeKey}/channels`,
    },
    metadataPaging(),
  ),
  /** Gets the metadata of a channel. */
  getChannelMetadata: rest<GetChannelMetadataParams, MetadataResult<ChannelMetadata>>({
    // `GET /v2/objects/{sub}/channels/{channel}`.
    ...channel.get,
    operation: 'PNGetChannelMetadataOperation',
  }),
  /**
   * Changes the metadata of a channel, which need not exist before.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.setChannelMetadata().channel('room').name('The room').execute();
   * ```
   */
  setChannelMetadata: rest<SetChannelMetadataParams, MetadataResult<ChannelMetadata>>({
    // `PATCH /v2/objects/{sub}/channels/{channel}`.
    ...channel.set,
    operation: 'PNSetChannelMetadataOperation',
  }),
  /** Removes the metadata of a channel. Its messages and subscribers stay. */
  removeChannelMetadata: rest<RemoveChannelMetadataParams, RemoveMetadataResult>({
    // `DELETE /v2/objects/{sub}/channels/{channel}`.
    ...channel.remove,
    operation: 'PNRemoveChannelMetadataOperation',
  }),
};
