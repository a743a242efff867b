import { MAX_GROUP_CHANGES } from '../../../protocol/limits.ts';
import { checkName, requiredListOf } from '../../builder/params.ts';
import { rest } from '../../builder/verbs.ts';
import type { SubscribableName } from '../../channels.ts';
import type { List, Params } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import { path } from '../../request/path.ts';
import {
  channelGroup,
  groupPath,
  listChannelsInChannelGroup,
} from '../../subscribe/list-channels-in-channel-group.ts';
import { type Done, done, stringsAt } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';

/** Parameters of `addChannelsToChannelGroup()`. */
export interface AddChannelsToChannelGroupParams extends Params {
  /** Channels to add, at most 200. Channels that are in the group already are ignored. */
  channels: List<SubscribableName<this['~map']>>;
  /** The group. It is created with its first channel. */
  channelGroup: string;
}

/** Parameters of `removeChannelsFromChannelGroup()`. */
export interface RemoveChannelsFromChannelGroupParams extends Params {
  /** Channels to remove, at most 200. Channels that are not in the group are ignored. */
  channels: List<SubscribableName<this['~map']>>;
  /** The group. It stays when its last channel goes. */
  channelGroup: string;
}

/** Parameters of `deleteChannelGroup()`. */
export interface DeleteChannelGroupParams extends Params {
  /** The group to delete, with all its channels. One that does not exist is deleted already. */
  channelGroup: string;
}

/** `listChannelGroups()` has no parameters. */
export interface ListChannelGroupsParams extends Params {}

/** Result of a call that changes a channel group: it has no fields. */
export type ChannelGroupResult = Done;

/** Result of `listChannelGroups()`. */
export interface ListChannelGroupsResult {
  /** The groups of the subscribe key, in no particular order. */
  readonly groups: readonly string[];
}

const channels = requiredListOf(checkName, MAX_GROUP_CHANGES);

/** The operations on channel groups (docs/reference/protocol.md, "Channel groups"). */
export const channelGroups = defineFeature({
  name: 'channelGroups',
  builders: {
    /**
     * Adds channels to a group.
     *
     * @example
     * ```ts
     * await pubnub.addChannelsToChannelGroup().channelGroup('news').channels('sport', 'weather').execute();
     * ```
     */
    addChannelsToChannelGroup: rest<AddChannelsToChannelGroupParams, ChannelGroupResult>({
      operation: 'PNAddChannelsToGroupOperation',
      params: { channels, channelGroup },
      path: groupPath,
      query: (given) => ({ add: distinct(given.channels).join(',') }),
      retry: 'safe',
      parse: done,
    }),
    /**
     * Removes channels from a group.
     *
     * @example
     * ```ts
     * await pubnub.removeChannelsFromChannelGroup().channelGroup('news').channels('weather').execute();
     * ```
     */
    removeChannelsFromChannelGroup: rest<RemoveChannelsFromChannelGroupParams, ChannelGroupResult>({
      operation: 'PNRemoveChannelsFromGroupOperation',
      params: { channels, channelGroup },
      path: groupPath,
      query: (given) => ({ remove: distinct(given.channels).join(',') }),
      retry: 'safe',
      parse: done,
    }),
    /**
     * Lists the channels of a group.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.listChannelsInChannelGroup().channelGroup('news').execute();
     * console.log(channels);
     * ```
     */
    listChannelsInChannelGroup: rest(listChannelsInChannelGroup),
    /** Deletes a group. Its channels are not affected. */
    deleteChannelGroup: rest<DeleteChannelGroupParams, ChannelGroupResult>({
      operation: 'PNRemoveGroupOperation',
      params: { channelGroup },
      path: (given, keys) => `${groupPath(given, keys)}/remove`,
      retry: 'safe',
      parse: done,
    }),
    /**
     * Lists the groups of the subscribe key.
     *
     * @example
     * ```ts
     * const { groups } = await pubnub.listChannelGroups().execute();
     * console.log(groups);
     * ```
     */
    listChannelGroups: rest<ListChannelGroupsParams, ListChannelGroupsResult>({
      operation: 'PNChannelGroupsOperation',
      params: {},
      path: (_, keys) => path`/v1/channel-registration/sub-key/${keys.subscribeKey}/channel-group`,
      retry: 'safe',
      parse: ({ body }) => ({ groups: stringsAt(body, 'payload', 'groups') }),
    }),
  },
});
