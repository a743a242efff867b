import { checkName, copied, listOf, requiredListOf } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Keyset, type List, type Param, type Values } from '../../endpoint.ts';
import type { ChannelMember, Membership } from '../../listeners/metadata.ts';
import { distinct } from '../../wire/values.ts';
import { isRelation, type MetadataPage, many } from './answers.ts';
import {
  CHANNEL,
  type ChannelParams,
  channelPath,
  checkRelation,
  include,
  included,
  LIST,
  type ListValues,
  OPTIONAL_FIELDS,
  type PageParams,
  pageQuery,
  type RelationInput,
  type SortKey,
  USER,
  type UserParams,
  userPath,
  WITHOUT_CUSTOM,
} from './parameters.ts';

type Side = 'uuid' | 'channel';
type Sortable<S extends Side> =
  | ('updated' | 'status' | 'type')
  | `${S}.${'id' | 'name' | 'updated' | 'status' | 'type'}`;

/** Parameters of a list of memberships, and of the calls that change it: those answer with the list as it then is. */
export interface RelationParams extends PageParams {
  /** Whether entries come with the membership's `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether entries come with the membership's `status`. Default `false`; `true` in the answer to a change. */
  includeStatus?: boolean;
  /** Whether entries come with the membership's `type`. Default `false`; `true` in the answer to a change. */
  includeType?: boolean;
}

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

const rows = copied(requiredListOf(checkRelation));
const names = requiredListOf(checkName);

type Rows = readonly RelationInput<string>[] | undefined;

interface Change {
  readonly set?: Rows;
  readonly remove?: readonly string[];
}

/** What the calls on memberships and those on members have in common; `side` is what the entries lead to. */
function calls<S extends Side, V, O extends Readonly<Record<string, Param>>>(
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
  const either = { set: copied(listOf(checkRelation)), remove: listOf(checkName) };
  const manage = { ...change, params: { ...either, ...params }, oneOf: ['set', 'remove'], body } as const;
  return { params, get, change, manage, body };
}

const memberships = calls(
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

const members = calls(
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

/** `GET /v2/objects/{sub}/uuids/{uuid}/channels` (docs/reference/protocol.md, "Memberships"). */
export const getMemberships = defineEndpoint<GetMembershipsParams, MetadataPage<Membership>>({
  ...memberships.get,
  operation: 'PNGetMembershipsOperation',
});

/** `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `set` (docs/reference/protocol.md, "Memberships"). */
export const setMemberships = defineEndpoint<SetMembershipsParams, MetadataPage<Membership>>({
  ...memberships.change,
  operation: 'PNSetMembershipsOperation',
  params: { channelMemberships: rows, ...memberships.params },
  body: ({ channelMemberships: set }) => memberships.body({ set }),
});

/** `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with `delete` (docs/reference/protocol.md, "Memberships"). */
export const removeMemberships = defineEndpoint<RemoveMembershipsParams, MetadataPage<Membership>>({
  ...memberships.change,
  operation: 'PNRemoveMembershipsOperation',
  params: { channelMemberships: names, ...memberships.params },
  body: ({ channelMemberships: remove }) => memberships.body({ remove }),
});

/** `PATCH /v2/objects/{sub}/uuids/{uuid}/channels` with both (docs/reference/protocol.md, "Memberships"). */
export const manageMemberships = defineEndpoint<ManageMembershipsParams, MetadataPage<Membership>>({
  ...memberships.manage,
  operation: 'PNManageMembershipsOperation',
});

/** `GET /v2/objects/{sub}/channels/{channel}/uuids` (docs/reference/protocol.md, "Memberships"). */
export const getChannelMembers = defineEndpoint<GetChannelMembersParams, MetadataPage<ChannelMember>>({
  ...members.get,
  operation: 'PNGetMembersOperation',
});

/** `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `set` (docs/reference/protocol.md, "Memberships"). */
export const setChannelMembers = defineEndpoint<SetChannelMembersParams, MetadataPage<ChannelMember>>({
  ...members.change,
  operation: 'PNSetMembersOperation',
  params: { uuids: rows, ...members.params },
  body: ({ uuids: set }) => members.body({ set }),
});

/** `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with `delete` (docs/reference/protocol.md, "Memberships"). */
export const removeChannelMembers = defineEndpoint<RemoveChannelMembersParams, MetadataPage<ChannelMember>>({
  ...members.change,
  operation: 'PNRemoveChannelMembersOperation',
  params: { uuids: names, ...members.params },
  body: ({ uuids: remove }) => members.body({ remove }),
});

/** `PATCH /v2/objects/{sub}/channels/{channel}/uuids` with both (docs/reference/protocol.md, "Memberships"). */
export const manageChannelMembers = defineEndpoint<ManageChannelMembersParams, MetadataPage<ChannelMember>>({
  ...members.manage,
  operation: 'PNManageChannelMembersOperation',
});
