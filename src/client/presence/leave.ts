import { PNOperationType } from '../../protocol/status.ts';
import { checkName, listOf } from '../builder/params.ts';
import { defineEndpoint, type List, type Params } from '../endpoint.ts';
import { encodeNames, path } from '../request/path.ts';
import { serviceStatus } from '../wire/read.ts';
import { joined } from '../wire/values.ts';

/** Parameters of the presence leave. */
export interface LeaveParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels that the user leaves. */
  channels?: List<string>;
  /** Channel groups whose channels the user leaves. */
  channelGroups?: List<string>;
}

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/leave` (docs/reference/protocol.md, "Presence"). */
export const leave = defineEndpoint<LeaveParams, void>({
  operation: PNOperationType.PNUnsubscribeOperation,
  params: { channels: listOf(checkName), channelGroups: listOf(checkName) },
  oneOf: ['channels', 'channelGroups'],
  path: ({ channels = [] }, keys) =>
    path`/v2/presence/sub-key/${keys.subscribeKey}/channel/${encodeNames(channels)}/leave`,
  query: ({ channelGroups }) => ({ 'channel-group': joined(channelGroups) }),
  retry: 'safe',
  parse: ({ body }) => serviceStatus(body),
});
