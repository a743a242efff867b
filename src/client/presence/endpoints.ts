import { checkCount, checkName, checkText, listOf, optional } from '../builder/params.ts';
import { defineEndpoint, type Keyset, type List, type Params } from '../endpoint.ts';
import { encodeNames, path } from '../request/path.ts';
import { serviceStatus } from '../wire/read.ts';
import { joined } from '../wire/values.ts';

/** Parameters of the presence leave. */
export interface LeaveParams extends Params {
  channels?: List<string>;
  channelGroups?: List<string>;
}

/** Parameters of the presence heartbeat. */
export interface HeartbeatParams extends LeaveParams {
  /** Seconds without a request after which the server announces a timeout. */
  presenceTimeout?: number;
  /** The user's state by channel, as JSON text. */
  state?: string;
}

const NAMES = { channels: listOf(checkName), channelGroups: listOf(checkName) };

function resource(channels: readonly string[] = [], { subscribeKey }: Keyset): string {
  return path`/v2/presence/sub-key/${subscribeKey}/channel/${encodeNames(channels)}`;
}

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/heartbeat` (docs/reference/protocol.md, "Presence"). */
export const heartbeat = defineEndpoint<HeartbeatParams, void>({
  operation: 'PNHeartbeatOperation',
  params: { ...NAMES, presenceTimeout: optional(checkCount), state: optional(checkText) },
  path: ({ channels }, keys) => `${resource(channels, keys)}/heartbeat`,
  query: ({ channelGroups, presenceTimeout, state }) => ({
    'channel-group': joined(channelGroups),
    heartbeat: presenceTimeout,
    state,
  }),
  retry: 'safe',
  parse: ({ body }) => serviceStatus(body),
});

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/leave` (docs/reference/protocol.md, "Presence"). */
export const leave = defineEndpoint<LeaveParams, void>({
  operation: 'PNUnsubscribeOperation',
  params: NAMES,
  path: ({ channels }, keys) => `${resource(channels, keys)}/leave`,
  query: ({ channelGroups }) => ({ 'channel-group': joined(channelGroups) }),
  keepalive: true,
  retry: 'safe',
  parse: ({ body }) => serviceStatus(body),
});
