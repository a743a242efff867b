import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Keyset, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import {
  type ChannelMetadata,
  type CustomFields,
  isMetadata,
  type MetadataPage,
  type MetadataResult,
  many,
  none,
  one,
  type RemoveMetadataResult,
} from './metadata.ts';
import {
  custom,
  ENTITIES_PARAMS,
  type EntitiesParams,
  etag,
  INCLUDE_PARAMS,
  type IncludeParams,
  text,
} from './parameters.ts';
import { entitiesQuery, entityBody, entityQuery, ifMatch, retryOfChange } from './wire.ts';

/** Parameters of `setChannelMetadata()`. What is not given stays as it is. */
export interface SetChannelMetadataParams extends IncludeParams {
  /** The channel. */
  channel: ChannelName<this['~map']>;
  /** A name to show; `null` clears it. */
  name?: string | null;
  /** What the channel is for; `null` clears it. */
  description?: string | null;
  /** Any word for the channel's status; `null` clears it. */
  status?: string | null;
  /** Any word for the kind of channel; `null` clears it. */
  type?: string | null;
  /** Fields of the program's own, which replace those before; without nesting. `null` clears them. */
  custom?: CustomFields | null;
  /** Change only what still has this eTag; otherwise the call fails with `PN-3010`. */
  ifMatchesEtag?: string;
}

/** Parameters of `getChannelMetadata()`. */
export interface GetChannelMetadataParams extends IncludeParams {
  /** The channel. */
  channel: ChannelName<this['~map']>;
}

/** Parameters of `removeChannelMetadata()`. */
export interface RemoveChannelMetadataParams extends Params {
  /** The channel. Its messages and subscribers stay. */
  channel: ChannelName<this['~map']>;
}

/** Parameters of `getAllChannelMetadata()`. */
export interface GetAllChannelMetadataParams extends EntitiesParams {}

const room = ({ channel }: { readonly channel: string }, { subscribeKey }: Keyset) =>
  path`/v2/objects/${subscribeKey}/channels/${channel}`;

const channel = required(checkName);
const fields = { name: text, description: text, status: text, type: text, custom };

/**
 * `PATCH /v2/objects/{sub}/channels/{channel}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.setChannelMetadata().channel('room').name('The room').execute();
 * ```
 */
export const setChannelMetadata = defineEndpoint<SetChannelMetadataParams, MetadataResult<ChannelMetadata>>({
  operation: PNOperationType.PNSetChannelMetadataOperation,
  params: { channel, ...fields, ifMatchesEtag: etag, ...INCLUDE_PARAMS },
  method: 'PATCH',
  path: room,
  query: entityQuery,
  headers: ifMatch,
  body: entityBody(fields),
  retry: retryOfChange,
  parse: one(isMetadata),
});

/**
 * `GET /v2/objects/{sub}/channels/{channel}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getChannelMetadata().channel('room').execute();
 * ```
 */
export const getChannelMetadata = defineEndpoint<GetChannelMetadataParams, MetadataResult<ChannelMetadata>>({
  operation: PNOperationType.PNGetChannelMetadataOperation,
  params: { channel, ...INCLUDE_PARAMS },
  path: room,
  query: entityQuery,
  retry: 'safe',
  parse: one(isMetadata),
});

/**
 * `DELETE /v2/objects/{sub}/channels/{channel}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * await pubnub.removeChannelMetadata().channel('room').execute();
 * ```
 */
export const removeChannelMetadata = defineEndpoint<RemoveChannelMetadataParams, RemoveMetadataResult>({
  operation: PNOperationType.PNRemoveChannelMetadataOperation,
  params: { channel },
  method: 'DELETE',
  path: room,
  retry: 'safe',
  parse: none,
});

/**
 * `GET /v2/objects/{sub}/channels` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getAllChannelMetadata().sort('updated:desc').limit(10).execute();
 * ```
 */
export const getAllChannelMetadata = defineEndpoint<
  GetAllChannelMetadataParams,
  MetadataPage<ChannelMetadata>
>({
  operation: PNOperationType.PNGetAllChannelMetadataOperation,
  params: ENTITIES_PARAMS,
  path: (_, { subscribeKey }) => path`/v2/objects/${subscribeKey}/channels`,
  query: entitiesQuery,
  retry: 'safe',
  parse: many(isMetadata),
});
