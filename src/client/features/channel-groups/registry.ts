import { checkName, required } from '../../builder/params.ts';
import type { Keyset } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import type { Done } from '../../wire/read.ts';

/** Result of a call that changes a channel group: it has no fields. */
export type ChannelGroupResult = Done;

/** The group of a call. */
export const channelGroup = required(checkName);

/** The path of a group. */
export function groupPath({ channelGroup }: { readonly channelGroup: string }, keys: Keyset): string {
  return path`/v1/channel-registration/sub-key/${keys.subscribeKey}/channel-group/${channelGroup}`;
}
