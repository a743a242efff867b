import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { checkName, required } from '../../params.ts';
import { path } from '../../path.ts';
import { type ChannelGroupResult, changed } from './registry.ts';

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
  params: { channelGroup: required(checkName) },
  path: ({ channelGroup }, keys) =>
    path`/v1/channel-registration/sub-key/${keys.subscribeKey}/channel-group/${channelGroup}/remove`,
  retry: 'safe',
  parse: ({ body }) => changed(body),
});
