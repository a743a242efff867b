import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, listOf, optional, requiredListOf } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Keyset, type List } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { distinct } from '../../wire/values.ts';
import { isRelation, type Membership, type MetadataPage, many } from './metadata.ts';
import {
  INCLUDE_PARAMS,
  include,
  PAGE_PARAMS,
  type PageParams,
  type RelationInput,
  requiredRows,
  rows,
  type SortKey,
  sort,
} from './parameters.ts';
import { relationsBody, relationsQuery } from './wire.ts';

type Sortable = 'updated' | 'status' | 'type' | `channel.${'id' | 'name' | 'updated' | 'status' | 'type'}`;

/** Parameters of `getMemberships()`, and of the calls that change them: those answer with the list as it then is. */
export interface GetMembershipsParams extends PageParams {
  /** The user. Default: the client's own. */
  uuid?: string;
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<Sortable>>;
  /** Whether memberships come with `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether memberships come with `status`. Default `false`; `true` in the answer to a change. */
  includeStatus?: boolean;
  /** Whether memberships come with `type`. Default `false`; `true` in the answer to a change. */
  includeType?: boolean;
  /** Whether channels come with their name and description, and not with their id alone. Default `false`. */
  includeChannel?: boolean;
  /** With `includeChannel`: whether channels come with `custom`. Default `false`. */
  includeChannelCustom?: boolean;
  /** With `includeChannel`: whether channels come with `status`. Default `false`; `true` in the answer to a change. */
  includeChannelStatus?: boolean;
  /** With `includeChannel`: whether channels come with `type`. Default `false`; `true` in the answer to a change. */
  includeChannelType?: boolean;
}

/** Parameters of `setMemberships()`. */
export interface SetMembershipsParams extends GetMembershipsParams {
  /** Channels to be in: names, or `{ id, custom, status, type }`. Other memberships stay. */
  channelMemberships: List<RelationInput<ChannelName<this['~map']>>>;
}

/** Parameters of `removeMemberships()`. */
export interface RemoveMembershipsParams extends GetMembershipsParams {
  /** Channels to be in no more. Those that the user is not in are passed over. */
  channelMemberships: List<ChannelName<this['~map']>>;
}

/** Parameters of `manageMemberships()`. */
export interface ManageMembershipsParams extends GetMembershipsParams {
  readonly '~oneOf': 'set' | 'remove';
  /** Channels to be in: names, or `{ id, custom, status, type }`. */
  set?: List<RelationInput<ChannelName<this['~map']>>>;
  /** Channels to be in no more. */
  remove?: List<ChannelName<this['~map']>>;
}

const params = {
  uuid: optional(checkName),
  ...PAGE_PARAMS,
  sort,
  ...INCLUDE_PARAMS,
  includeChannel: include,
  includeChannelCustom: include,
  includeChannelStatus: include,
  includeChannelType: include,
};

const READ = {
  path: ({ uuid }: { readonly uuid?: string }, { subscribeKey, userId }: Keyset) =>
    path`/v2/objects/${subscribeKey}/uuids/${uuid ?? userId}/channels`,
  query: relationsQuery('channel'),
  retry: 'safe',
  parse: many(isRelation('channel')),
} as const;

const CHANGE = { ...READ, method: 'PATCH', query: relationsQuery('channel', true) } as const;

/**
 * `GET /v2/objects/{sub}/uuids/{uuid}/channels` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getMemberships().uuid('bob').includeChannel(true).execute();
 * ```
 */
export const getMemberships = defineEndpoint<GetMembershipsParams, MetadataPage<Membership>>({
  ...READ,
  operation: PNOperationType.PNGetMembershipsOperation,
  params,
});

/**
 * `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `set` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.setMemberships().channelMemberships('lobby', { id: 'room', status: 'muted' }).execute();
 * ```
 */
export const setMemberships = defineEndpoint<SetMembershipsParams, MetadataPage<Membership>>({
  ...CHANGE,
  operation: PNOperationType.PNSetMembershipsOperation,
  params: { ...params, channelMemberships: requiredRows },
  body: ({ channelMemberships }) => relationsBody('channel', { set: channelMemberships }),
});

/**
 * `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `delete` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.removeMemberships().channelMemberships('room').execute();
 * ```
 */
export const removeMemberships = defineEndpoint<RemoveMembershipsParams, MetadataPage<Membership>>({
  ...CHANGE,
  operation: PNOperationType.PNRemoveMembershipsOperation,
  params: { ...params, channelMemberships: requiredListOf(checkName) },
  body: ({ channelMemberships }) => relationsBody('channel', { remove: distinct(channelMemberships) }),
});

/**
 * `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `set` and `delete` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.manageMemberships().set('lobby').remove('room').execute();
 * ```
 */
export const manageMemberships = defineEndpoint<ManageMembershipsParams, MetadataPage<Membership>>({
  ...CHANGE,
  operation: PNOperationType.PNManageMembershipsOperation,
  params: { ...params, set: rows, remove: listOf(checkName) },
  oneOf: ['set', 'remove'],
  body: ({ set, remove }) => relationsBody('channel', { set, remove: remove && distinct(remove) }),
});
