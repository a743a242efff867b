import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, optional } from '../../builder/params.ts';
import { defineEndpoint, type Keyset, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import {
  type CustomFields,
  isMetadata,
  type MetadataPage,
  type MetadataResult,
  many,
  none,
  one,
  type RemoveMetadataResult,
  type UuidMetadata,
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

/** Parameters of `setUuidMetadata()`. What is not given stays as it is. */
export interface SetUuidMetadataParams extends IncludeParams {
  /** The user. Default: the client's own. */
  uuid?: string;
  /** The user's name; `null` clears it. */
  name?: string | null;
  /** The user's id in another system; `null` clears it. */
  externalId?: string | null;
  /** Address of a picture; `null` clears it. */
  profileUrl?: string | null;
  /** Address for mail; `null` clears it. */
  email?: string | null;
  /** Any word for the user's status; `null` clears it. */
  status?: string | null;
  /** Any word for the kind of user; `null` clears it. */
  type?: string | null;
  /** Fields of the program's own, which replace those before; without nesting. `null` clears them. */
  custom?: CustomFields | null;
  /** Change only what still has this eTag; otherwise the call fails with `PN-3010`. */
  ifMatchesEtag?: string;
}

/** Parameters of `getUuidMetadata()`. */
export interface GetUuidMetadataParams extends IncludeParams {
  /** The user. Default: the client's own. */
  uuid?: string;
}

/** Parameters of `removeUuidMetadata()`. */
export interface RemoveUuidMetadataParams extends Params {
  /** The user. Default: the client's own. */
  uuid?: string;
}

/** Parameters of `getAllUuidMetadata()`. */
export interface GetAllUuidMetadataParams extends EntitiesParams {}

const user = ({ uuid }: { readonly uuid?: string }, { subscribeKey, userId }: Keyset) =>
  path`/v2/objects/${subscribeKey}/uuids/${uuid ?? userId}`;

const uuid = optional(checkName);
const fields = {
  name: text,
  externalId: text,
  profileUrl: text,
  email: text,
  status: text,
  type: text,
  custom,
};

/**
 * `PATCH /v2/objects/{sub}/uuids/{uuid}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.setUuidMetadata().uuid('bob').name('Bob').custom({ level: 7 }).execute();
 * ```
 */
export const setUuidMetadata = defineEndpoint<SetUuidMetadataParams, MetadataResult<UuidMetadata>>({
  operation: PNOperationType.PNSetUUIDMetadataOperation,
  params: { uuid, ...fields, ifMatchesEtag: etag, ...INCLUDE_PARAMS },
  method: 'PATCH',
  path: user,
  query: entityQuery,
  headers: ifMatch,
  body: entityBody(fields),
  retry: retryOfChange,
  parse: one(isMetadata),
});

/**
 * `GET /v2/objects/{sub}/uuids/{uuid}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getUuidMetadata().uuid('bob').execute();
 * ```
 */
export const getUuidMetadata = defineEndpoint<GetUuidMetadataParams, MetadataResult<UuidMetadata>>({
  operation: PNOperationType.PNGetUUIDMetadataOperation,
  params: { uuid, ...INCLUDE_PARAMS },
  path: user,
  query: entityQuery,
  retry: 'safe',
  parse: one(isMetadata),
});

/**
 * `DELETE /v2/objects/{sub}/uuids/{uuid}` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * await pubnub.removeUuidMetadata().uuid('bob').execute();
 * ```
 */
export const removeUuidMetadata = defineEndpoint<RemoveUuidMetadataParams, RemoveMetadataResult>({
  operation: PNOperationType.PNRemoveUUIDMetadataOperation,
  params: { uuid },
  method: 'DELETE',
  path: user,
  retry: 'safe',
  parse: none,
});

/**
 * `GET /v2/objects/{sub}/uuids` (docs/reference/protocol.md, "App Context").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getAllUuidMetadata().filter('name LIKE "A*"').sort('name').execute();
 * ```
 */
export const getAllUuidMetadata = defineEndpoint<GetAllUuidMetadataParams, MetadataPage<UuidMetadata>>({
  operation: PNOperationType.PNGetAllUUIDMetadataOperation,
  params: ENTITIES_PARAMS,
  path: (_, { subscribeKey }) => path`/v2/objects/${subscribeKey}/uuids`,
  query: entitiesQuery,
  retry: 'safe',
  parse: many(isMetadata),
});
