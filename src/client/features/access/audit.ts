import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, emptyProblem, listOf } from '../../builder/params.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { joined } from '../../wire/values.ts';
import { type AuthKeysResult, checkAuthKey, payloadOf } from './auth-keys.ts';

/** Parameters of `audit()`. */
export interface AuditParams extends Params {
  /** Channels that are asked about. */
  channels?: List<string>;
  /** Channel groups that are asked about. */
  channelGroups?: List<string>;
  /** Keys that are asked about. */
  authKeys?: List<string>;
}

/**
 * `GET /v2/auth/audit/sub-key/{sub}` (docs/reference/protocol.md, "Access Manager").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.audit().channels('room').execute();
 * ```
 */
export const audit = defineEndpoint<AuditParams, AuthKeysResult>({
  operation: PNOperationType.PNAccessManagerAudit,
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    authKeys: listOf(checkAuthKey),
  },
  conflict: ({ channels, channelGroups, authKeys }) => emptyProblem({ channels, channelGroups, authKeys }),
  needs: ['publishKey', 'secretKey'],
  path: (_, keys) => path`/v2/auth/audit/sub-key/${keys.subscribeKey}`,
  query: ({ channels, channelGroups, authKeys }) => ({
    channel: joined(channels),
    'channel-group': joined(channelGroups),
    auth: joined(authKeys),
  }),
  auth: 'signature',
  retry: 'safe',
  parse: payloadOf,
});
