import type { Exchange, Keyset, List, Params } from '../endpoint.ts';
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

function resource(channels: readonly string[] = [], { subscribeKey }: Keyset): string {
  return path`/v2/presence/sub-key/${subscribeKey}/channel/${encodeNames(channels)}`;
}

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/heartbeat` (docs/reference/protocol.md, "Presence"). */
export const heartbeat = Object.freeze<Exchange<HeartbeatParams, void>>({
  operation: 'PNHeartbeatOperation',
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
export const leave = Object.freeze<Exchange<LeaveParams, void>>({
  operation: 'PNUnsubscribeOperation',
  path: ({ channels }, keys) => `${resource(channels, keys)}/leave`,
  query: ({ channelGroups }) => ({ 'channel-group': joined(channelGroups) }),
  keepalive: true,
  retry: 'safe',
  parse: ({ body }) => serviceStatus(body),
});
