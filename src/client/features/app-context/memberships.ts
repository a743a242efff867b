import { paged, rest } from '../../builder/verbs.ts';
import type { ChannelName } from '../../channels.ts';
import type { List, Values } from '../../endpoint.ts';
import type { ChannelMember, Membership } from '../../listeners/metadata.ts';
import type { MetadataPage } from './answers.ts';
import { channelPath, metadataPaging, relationCalls, type Side, userPath } from './calls.ts';
import {
  CHANNEL,
  type ChannelParams,
  include,
  names,
  type PageParams,
  type RelationInput,
  rows,
  type SortKey,
  USER,
  type UserParams,
} from './parameters.ts';

/** Parameters of a list of memberships, and of the calls that change it: those answer with the list as it then is. */
export interface RelationParams extends PageParams {
  /** Whether entries come with the membership's `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether entries come with the membership's `status`. Default `false`; `true` in the answer to a change. */
  includeStatus?: boolean;
  /** Whether entries come with the membership's `type`. Default `false`; `true` in the answer to a change. */
  includeType?: boolean;
}

type Sortable<S extends Side> =
  | ('updated' | 'status' | 'type')
  | `${S}.${'id' | 'name' | 'updated' | 'status' | 'type'}`;

/** Parameters of `getMemberships()`. */
export interface GetMembershipsParams extends UserParams, RelationParams {
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<Sortable<'channel'>>>;
  /** Whether channels come with their name and description, and not with their id alone. Default `false`. */
  includeChannel?: boolean;
  /** With `includeChannel`: whether channels come with `custom`. Default `false`. */
  includeChannelCustom?: boolean;
  /** With `includeChannel`: whether channels come with `status`. Default `false`; `true` in the answer to a change. */
  includeChannelStatus?: boolean;
  /** With `includeChannel`: whether channels come with `type`. Default `false`; `true` in the answer to a change. */
  includeChannelType?: boolean;
}

/** Parameters of `getChannelMembers()`. */
export interface GetChannelMembersParams extends ChannelParams, RelationParams {
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<Sortable<'uuid'>>>;
  /** Whether users come with their name and addresses, and not with their id alone. Default `false`. */
  includeUuid?: boolean;
  /** With `includeUuid`: whether users come with `custom`. Default `false`. */
  includeUuidCustom?: boolean;
  /** With `includeUuid`: whether users come with `status`. Default `false`; `true` in the answer to a change. */
  includeUuidStatus?: boolean;
  /** With `includeUuid`: whether users come with `type`. Default `false`; `true` in the answer to a change. */
  includeUuidType?: boolean;
}

/** Parameters of `setMemberships()`. */
export interface SetMembershipsParams extends GetMembershipsParams {
  /** Channels to be in: names, or `{ id, custom, status, type }`. Other memberships stay. */
  channelMemberships: List<RelationInput<ChannelName<this['~map']>>>;
}

/** Parameters of `removeMemberships()`. */
export interface RemoveMembershipsParams extends GetMembershipsParams {
  /** Channels to leave. Those that the user is not in are ignored. */
  channelMemberships: List<ChannelName<this['~map']>>;
}

/** Parameters of `manageMemberships()`. */
export interface ManageMembershipsParams extends GetMembershipsParams {
  readonly '~oneOf': 'set' | 'remove';
  /** Channels to be in: names, or `{ id, custom, status, type }`. */
  set?: List<RelationInput<ChannelName<this['~map']>>>;
  /** Channels to leave. */
  remove?: List<ChannelName<this['~map']>>;
}

/** Parameters of `setChannelMembers()`. */
export interface SetChannelMembersParams extends GetChannelMembersParams {
  /** Users to be members: ids, or `{ id, custom, status, type }`. Other members stay. */
  uuids: List<RelationInput<string>>;
}

/** Parameters of `removeChannelMembers()`. */
export interface RemoveChannelMembersParams extends GetChannelMembersParams {
  /** Members to remove. Users who are not members are ignored. */
  uuids: List<string>;
}

/** Parameters of `manageChannelMembers()`. */
export interface ManageChannelMembersParams extends GetChannelMembersParams {
  readonly '~oneOf': 'set' | 'remove';
  /** Users to be members: ids, or `{ id, custom, status, type }`. */
  set?: List<RelationInput<string>>;
  /** Members to remove. */
  remove?: List<string>;
}

const ofUser = relationCalls(
  'channel',
  {
    ...USER,
    includeChannel: include,
    includeChannelCustom: include,
    includeChannelStatus: include,
    includeChannelType: include,
  },
  (values: Values<UserParams>, keys) => `${userPath(values, keys)}/channels`,
);

const ofChannel = relationCalls(
  'uuid',
  {
    ...CHANNEL,
    includeUuid: include,
    includeUuidCustom: include,
    includeUuidStatus: include,
    includeUuidType: include,
  },
  (values: Values<ChannelParams>, keys) => `${channelPath(values, keys)}/uuids`,
);

/** The operations on memberships and members (docs/reference/protocol.md, "Memberships"). */
export const memberships = {
  /**
   * Lists the channels that a user is a member of.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.getMemberships().uuid('bob').includeChannel(true).execute();
   * ```
   */
  getMemberships: paged<GetMembershipsParams, MetadataPage<Membership>>(
    {
      // `GET /v2/objects/{sub}/uuids/{uuid}/channels`.
      ...ofUser.get,
      operation: 'PNGetMembershipsOperation',
    },
    metadataPaging(),
  ),
  /**
   * Adds a user to channels.
   *
   * @example
   * ```ts
   * await pubnub.setMemberships().channelMemberships('lobby', { id: 'room', status: 'muted' }).execute();
   * ```
   */
  setMemberships: rest<SetMembershipsParams, MetadataPage<Membership>>({
    // `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `set`.
    ...ofUser.change,
    operation: 'PNSetMembershipsOperation',
    params: { channelMemberships: rows, ...ofUser.params },
    body: ({ channelMemberships: set }) => ofUser.body({ set }),
  }),
  /** Removes a user from channels. */
  removeMemberships: rest<RemoveMembershipsParams, MetadataPage<Membership>>({
    // `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `delete`.
    ...ofUser.change,
    operation: 'PNRemoveMembershipsOperation',
    params: { channelMemberships: names, ...ofUser.params },
    body: ({ channelMemberships: remove }) => ofUser.body({ remove }),
  }),
  /**
   * Adds a user to channels and removes it from others, in one step.
   *
   * @example
   * ```ts
   * await pubnub.manageMemberships().set('lobby').remove('room').execute();
   * ```
   */
  manageMemberships: rest<ManageMembershipsParams, MetadataPage<Membership>>({
    // `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with both.
    ...ofUser.manage,
    operation: 'PNManageMembershipsOperation',
  }),
  /**
   * Lists the members of a channel.
   *
   * @example
   * ```ts
   * const { data } = await pubnub.getChannelMembers().channel('room').includeUuid(true).execute();
   * ```
   */
  getChannelMembers: paged<GetChannelMembersParams, MetadataPage<ChannelMember>>(
    {
      // `GET /v2/objects/{sub}/channels/{channel}/uuids`.
      ...ofChannel.get,
      operation: 'PNGetMembersOperation',
    },
    metadataPaging(),
  ),
  /**
   * Adds members to a channel.
   *
   * @example
   * ```ts
   * await pubnub.setChannelMembers().channel('room').uuids('alice', { id: 'bob', type: 'guest' }).execute();
   * ```
   */
  setChannelMembers: rest<SetChannelMembersParams, MetadataPage<ChannelMember>>({
    // `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `set`.
    ...ofChannel.change,
    operation: 'PNSetMembersOperation',
    params: { uuids: rows, ...ofChannel.params },
    body: ({ uuids: set }) => ofChannel.body({ set }),
  }),
  /** Removes members from a channel. */
  removeChannelMembers: rest<RemoveChannelMembersParams, MetadataPage<ChannelMember>>({
    // `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `delete`.
    ...ofChannel.change,
    operation: 'PNRemoveChannelMembersOperation',
    params: { uuids: names, ...ofChannel.params },
    body: ({ uuids: remove }) => ofChannel.body({ remove }),
  }),
  /**
   * Adds members to a channel and removes others, in one step.
   *
   * @example
   * ```ts
   * await pubnub.manageChannelMembers().channel('room').set('alice').remove('bob').execute();
   * ```
   */
  manageChannelMembers: rest<ManageChannelMembersParams, MetadataPage<ChannelMember>>({
    // `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with both.
    ...ofChannel.manage,
    operation: 'PNManageChannelMembersOperation',
  }),
};
