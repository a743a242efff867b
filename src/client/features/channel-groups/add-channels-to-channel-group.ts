import { MAX_GROUP_CHANGES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, requiredListOf } from '../../builder/params.ts';
import type { SubscribableName } from '../../channels.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { channelGroup, groupPath } from '../../subscribe/list-channels-in-channel-group.ts';
import { done } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';
import type { ChannelGroupResult } from './registry.ts';

/** Parameters of `addChannelsToChannelGroup()`. */
export interface AddChannelsToChannelGroupParams extends Params {
  /** Channels to add, at most 200. Those that the group has already stay in it. */
  channels: List<SubscribableName<this['~map']>>;
  /** The group. It comes into being with its first channel. */
  channelGroup: string;
}

/**
 * `GET /v1/channel-registration/sub-key/{sub}/channel-group/{group}?add={channels}` (docs/reference/protocol.md,
 * "Channel groups").
 *
 * @example
 * ```ts
 * await pubnub.addChannelsToChannelGroup().channelGroup('news').channels('sport', 'weather').execute();
 * ```
 */
export const addChannelsToChannelGroup = defineEndpoint<AddChannelsToChannelGroupParams, ChannelGroupResult>({
  operation: PNOperationType.PNAddChannelsToGroupOperation,
  params: { channels: requiredListOf(checkName, MAX_GROUP_CHANGES), channelGroup },
  path: groupPath,
  query: ({ channels }) => ({ add: distinct(channels).join(',') }),
  retry: 'safe',
  parse: done,
});
