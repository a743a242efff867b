import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { channelGroup, groupPath } from '../../subscribe/list-channels-in-channel-group.ts';
import { done } from '../../wire/read.ts';
import type { ChannelGroupResult } from './registry.ts';

/** Parameters of `deleteChannelGroup()`. */
export interface DeleteChannelGroupParams extends Params {
  /** The group to delete, with all its channels. One that does not exist is deleted already. */
  channelGroup: string;
}

/**
 * `GET /v1/channel-registration/sub-key/{sub}/channel-group/{group}/remove` (docs/reference/protocol.md,
 * "Channel groups").
 *
 * @example
 * ```ts
 * await pubnub.deleteChannelGroup().channelGroup('news').execute();
 * ```
 */
export const deleteChannelGroup = defineEndpoint<DeleteChannelGroupParams, ChannelGroupResult>({
  operation: PNOperationType.PNRemoveGroupOperation,
  params: { channelGroup },
  path: (values, keys) => `${groupPath(values, keys)}/remove`,
  retry: 'safe',
  parse: done,
});
