import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { stringsAt } from '../../wire/read.ts';
import { channelGroup, groupPath } from './registry.ts';

/** Parameters of `listChannelsInChannelGroup()`. */
export interface ListChannelsInChannelGroupParams extends Params {
  /** The group that is asked for. One that does not exist has no channels. */
  channelGroup: string;
}

/** Result of `listChannelsInChannelGroup()`. */
export interface ListChannelsInChannelGroupResult {
  /** The channels of the group, in no particular order. */
  readonly channels: readonly string[];
}

/**
 * `GET /v1/channel-registration/sub-key/{sub}/channel-group/{group}` (docs/reference/protocol.md, "Channel groups").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.listChannelsInChannelGroup().channelGroup('news').execute();
 * console.log(channels);
 * ```
 */
export const listChannelsInChannelGroup = defineEndpoint<
  ListChannelsInChannelGroupParams,
  ListChannelsInChannelGroupResult
>({
  operation: PNOperationType.PNChannelsForGroupOperation,
  params: { channelGroup },
  path: groupPath,
  retry: 'safe',
  parse: ({ body }) => ({ channels: stringsAt(body, 'payload', 'channels') }),
});
