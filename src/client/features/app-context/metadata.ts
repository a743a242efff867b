import { paged, rest } from '../../builder/verbs.ts';
import type { List } from '../../endpoint.ts';
import type { ChannelMetadata, CustomFields, UuidMetadata } from '../../listeners/metadata.ts';
import { path } from '../../request/path.ts';
import type { MetadataPage, MetadataResult, RemoveMetadataResult } from './answers.ts';
import { channelPath, entityCalls, LIST_ALL, metadataPaging, userPath } from './calls.ts';
import {
  CHANNEL,
  type ChannelParams,
  type IncludeParams,
  type PageParams,
  type SortKey,
  text,
  USER,
  type UserParams,
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

const user = entityCalls(
  { params: USER, path: userPath },
  { externalId: text, profileUrl: text, email: text },
);
const channel = entityCalls({ params: CHANNEL, path: channelPath }, { description: text });

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
