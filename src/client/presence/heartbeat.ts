import { PNOperationType } from '../../protocol/status.ts';
import { checkCount, checkName, checkText, listOf, optional } from '../builder/params.ts';
import { defineEndpoint, type List, type Params } from '../endpoint.ts';
import { encodeNames, path } from '../request/path.ts';
import { serviceStatus } from '../wire/read.ts';
import { joined } from '../wire/values.ts';

/** Parameters of the presence heartbeat. */
export interface HeartbeatParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels where the user is present. */
  channels?: List<string>;
  /** Channel groups in whose channels the user is present. */
  channelGroups?: List<string>;
  /** Seconds after which the server takes the user for gone. */
  presenceTimeout?: number;
  /** JSON text: the user's state by channel. */
  state?: string;
}

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/heartbeat` (docs/reference/protocol.md, "Presence"). */
export const heartbeat = defineEndpoint<HeartbeatParams, void>({
  operation: PNOperationType.PNHeartbeatOperation,
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    presenceTimeout: optional(checkCount),
    state: optional(checkText),
  },
  oneOf: ['channels', 'channelGroups'],
  path: ({ channels = [] }, keys) =>
    path`/v2/presence/sub-key/${keys.subscribeKey}/channel/${encodeNames(channels)}/heartbeat`,
  query: ({ channelGroups, presenceTimeout, state }) => ({
    'channel-group': joined(channelGroups),
    heartbeat: presenceTimeout,
    state,
  }),
  retry: 'safe',
  parse: ({ body }) => serviceStatus(body),
});
