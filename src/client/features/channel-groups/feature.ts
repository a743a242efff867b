import type { Start } from '../../builder/start.ts';
import { type Rest, startRest } from '../../builder/verbs.ts';
import {
  type ListChannelsInChannelGroupParams,
  type ListChannelsInChannelGroupResult,
  listChannelsInChannelGroup,
} from '../../subscribe/list-channels-in-channel-group.ts';
import {
  type AddChannelsToChannelGroupParams,
  addChannelsToChannelGroup,
} from './add-channels-to-channel-group.ts';
import { type DeleteChannelGroupParams, deleteChannelGroup } from './delete-channel-group.ts';
import {
  type ListChannelGroupsParams,
  type ListChannelGroupsResult,
  listChannelGroups,
} from './list-channel-groups.ts';
import type { ChannelGroupResult } from './registry.ts';
import {
  type RemoveChannelsFromChannelGroupParams,
  removeChannelsFromChannelGroup,
} from './remove-channels-from-channel-group.ts';

/** The operations on channel groups; `C` is the client's channel map. */
export interface ChannelGroupOperations<C> {
  /** Adds channels to a group. */
  readonly addChannelsToChannelGroup: Start<AddChannelsToChannelGroupParams, Rest<ChannelGroupResult>, C>;
  /** Removes channels from a group. */
  readonly removeChannelsFromChannelGroup: Start<
    RemoveChannelsFromChannelGroupParams,
    Rest<ChannelGroupResult>,
    C
  >;
  /** Asks which channels a group has. */
  readonly listChannelsInChannelGroup: Start<
    ListChannelsInChannelGroupParams,
    Rest<ListChannelsInChannelGroupResult>,
    C
  >;
  /** Deletes a group. Its channels go on without it. */
  readonly deleteChannelGroup: Start<DeleteChannelGroupParams, Rest<ChannelGroupResult>, C>;
  /** Asks which groups there are. */
  readonly listChannelGroups: Start<ListChannelGroupsParams, Rest<ListChannelGroupsResult>, C>;
}

/** How their builders start. */
export const CHANNEL_GROUP_BUILDERS = Object.freeze({
  addChannelsToChannelGroup: startRest(addChannelsToChannelGroup),
  removeChannelsFromChannelGroup: startRest(removeChannelsFromChannelGroup),
  listChannelsInChannelGroup: startRest(listChannelsInChannelGroup),
  deleteChannelGroup: startRest(deleteChannelGroup),
  listChannelGroups: startRest(listChannelGroups),
});
