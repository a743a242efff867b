import { MAX_GROUP_CHANGES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, requiredListOf } from '../../builder/params.ts';
import type { SubscribableName } from '../../channels.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { channelGroup, groupPath } from '../../subscribe/list-channels-in-channel-group.ts';
import { done } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';
import type { ChannelGroupResult } from './registry.ts';

/** Parameters of `removeChannelsFromChannelGroup()`. */
export interface RemoveChannelsFromChannelGroupParams extends Params {
  /** Channels to remove, at most 200. Those that the group does not have are passed over. */
  channels: List<SubscribableName<this['~map']>>;
  /** The group. It stays when its last channel goes. */
  channelGroup: string;
}

/**
 * `GET /v1/channel-registration/sub-key/{sub}/channel-group/{group}?remove={channels}` (docs/reference/protocol.md,
 * "Channel groups").
 *
 * @example
 * ```ts
 * await pubnub.removeChannelsFromChannelGroup().channelGroup('news').channels('weather').execute();
 * ```
 */
export const removeChannelsFromChannelGroup = defineEndpoint<
  RemoveChannelsFromChannelGroupParams,
  ChannelGroupResult
>({
  operation: PNOperationType.PNRemoveChannelsFromGroupOperation,
  params: { channels: requiredListOf(checkName, MAX_GROUP_CHANGES), channelGroup },
  path: groupPath,
  query: ({ channels }) => ({ remove: distinct(channels).join(',') }),
  retry: 'safe',
  parse: done,
});
