import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, listOf, required, requiredListOf } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Keyset, type List } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { distinct } from '../../wire/values.ts';
import { type ChannelMember, isRelation, type MetadataPage, many } from './metadata.ts';
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

type Sortable = 'updated' | 'status' | 'type' | `uuid.${'id' | 'name' | 'updated' | 'status' | 'type'}`;

/** Parameters of `getChannelMembers()`, and of the calls that change them: those answer with the list as it then is. */
export interface GetChannelMembersParams extends PageParams {
  /** The channel. */
  channel: ChannelName<this['~map']>;
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<Sortable>>;
  /** Whether members come with the membership's `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether members come with the membership's `status`. Default `false`; `true` in the answer to a change. */
  includeStatus?: boolean;
  /** Whether members come with the membership's `type`. Default `false`; `true` in the answer to a change. */
  includeType?: boolean;
  /** Whether users come with their name and addresses, and not with their id alone. Default `false`. */
  includeUuid?: boolean;
  /** With `includeUuid`: whether users come with `custom`. Default `false`. */
  includeUuidCustom?: boolean;
  /** With `includeUuid`: whether users come with `status`. Default `false`; `true` in the answer to a change. */
  includeUuidStatus?: boolean;
  /** With `includeUuid`: whether users come with `type`. Default `false`; `true` in the answer to a change. */
  includeUuidType?: boolean;
}

/** Parameters of `setChannelMembers()`. */
export interface SetChannelMembersParams extends GetChannelMembersParams {
  /** Users to be members: ids, or `{ id, custom, status, type }`. Other members stay. */
  uuids: List<RelationInput<string>>;
}

/** Parameters of `removeChannelMembers()`. */
export interface RemoveChannelMembersParams extends GetChannelMembersParams {
  /** Users to be members no more. Those that are none are passed over. */
  uuids: List<string>;
}

/** Parameters of `manageChannelMembers()`. */
export interface ManageChannelMembersParams extends GetChannelMembersParams {
  readonly '~oneOf': 'set' | 'remove';
  /** Users to be members: ids, or `{ id, custom, status, type }`. */
  set?: List<RelationInput<string>>;
  /** Users to be members no more. */
  remove?: List<string>;
}

const params = {
  channel: required(checkName),
  ...PAGE_PARAMS,
  sort,
  ...INCLUDE_PARAMS,
  includeUuid: include,
  includeUuidCustom: include,
  includeUuidStatus: include,
  includeUuidType: include,
};

const READ = {
  path: ({ channel }: { readonly channel: string }, { subscribeKey }: Keyset) =>
    path`/v2/objects/${subscribeKey}/channels/${channel}/uuids`,
  query: relationsQuery('uuid'),
  retry: 'safe',
  parse: many(isRelation('uuid')),
} as const;

const CHANGE = { ...READ, method: 'PATCH', query: relationsQuery('uuid', true) } as const;

/**
 * `GET /v2/objects/{sub}/channels/{channel}/uuids` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getChannelMembers().channel('room').includeUuid(true).execute();
 * ```
 */
export const getChannelMembers = defineEndpoint<GetChannelMembersParams, MetadataPage<ChannelMember>>({
  ...READ,
  operation: PNOperationType.PNGetMembersOperation,
  params,
});

/**
 * `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `set` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.setChannelMembers().channel('room').uuids('alice', { id: 'bob', type: 'guest' }).execute();
 * ```
 */
export const setChannelMembers = defineEndpoint<SetChannelMembersParams, MetadataPage<ChannelMember>>({
  ...CHANGE,
  operation: PNOperationType.PNSetMembersOperation,
  params: { ...params, uuids: requiredRows },
  body: ({ uuids }) => relationsBody('uuid', { set: uuids }),
});

/**
 * `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `delete` (docs/reference/protocol.md, "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.removeChannelMembers().channel('room').uuids('bob').execute();
 * ```
 */
export const removeChannelMembers = defineEndpoint<RemoveChannelMembersParams, MetadataPage<ChannelMember>>({
  ...CHANGE,
  operation: PNOperationType.PNRemoveChannelMembersOperation,
  params: { ...params, uuids: requiredListOf(checkName) },
  body: ({ uuids }) => relationsBody('uuid', { remove: distinct(uuids) }),
});

/**
 * `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `set` and `delete` (docs/reference/protocol.md,
 * "Memberships").
 *
 * @example
 * ```ts
 * await pubnub.manageChannelMembers().channel('room').set('alice').remove('bob').execute();
 * ```
 */
export const manageChannelMembers = defineEndpoint<ManageChannelMembersParams, MetadataPage<ChannelMember>>({
  ...CHANGE,
  operation: PNOperationType.PNManageChannelMembersOperation,
  params: { ...params, set: rows, remove: listOf(checkName) },
  oneOf: ['set', 'remove'],
  body: ({ set, remove }) => relationsBody('uuid', { set, remove: remove && distinct(remove) }),
});
