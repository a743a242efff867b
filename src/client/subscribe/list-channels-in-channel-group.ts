import { checkName, required } from '../builder/params.ts';
import { defineEndpoint, type Keyset, type Params } from '../endpoint.ts';
import { path } from '../request/path.ts';
import { stringsAt } from '../wire/read.ts';

/** The group of a call. */
export const channelGroup = required(checkName);

/** The path of a group. */
export function groupPath({ channelGroup }: { readonly channelGroup: string }, keys: Keyset): string {
  return path`/v1/channel-registration/sub-key/${keys.subscribeKey}/channel-group/${channelGroup}`;
}

/** Parameters of `listChannelsInChannelGroup()`. */
export interface ListChannelsInChannelGroupParams extends Params {
  /** The group whose channels are listed. An unknown group has no channels. */
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
  operation: 'PNChannelsForGroupOperation',
  params: { channelGroup },
  path: groupPath,
  retry: 'safe',
  parse: ({ body }) => ({ channels: stringsAt(body, 'payload', 'channels') }),
});
