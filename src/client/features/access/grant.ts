import { PNOperationType } from '../../../protocol/status.ts';
import { checkBoolean, checkCount, checkName, emptyProblem, listOf, optional } from '../../builder/params.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { joined } from '../../wire/values.ts';
import { type AuthKeysResult, checkAuthKey, payloadOf } from './auth-keys.ts';

/** Parameters of `grant()`. What is not allowed is forbidden: without any permission, it takes back what was granted. */
export interface GrantParams extends Params {
  /** Channels that it is for. Without channels, groups and users it is for all of the subscribe key; empty lists are refused. */
  channels?: List<string>;
  /** Channel groups that it is for. */
  channelGroups?: List<string>;
  /** Users whose metadata it is for; not together with channels or groups, and only with auth keys. */
  uuids?: List<string>;
  /** Keys that clients give as `authKey`. @default everybody */
  authKeys?: List<string>;
  /** Subscribing, presence and history. @default false */
  read?: boolean;
  /** Publishing. @default false */
  write?: boolean;
  /** Changing channel groups. @default false */
  manage?: boolean;
  /** Deleting messages and files. @default false */
  delete?: boolean;
  /** Reading metadata. @default false */
  get?: boolean;
  /** Changing metadata. @default false */
  update?: boolean;
  /** Joining channels. @default false */
  join?: boolean;
  /** Minutes that it holds; 0 for ever. @default 1440 */
  ttl?: number;
}

const bit = (allowed = false): number => (allowed ? 1 : 0);
const permission = optional(checkBoolean);

/**
 * `GET /v2/auth/grant/sub-key/{sub}`, for keysets with auth keys instead of tokens (docs/reference/protocol.md,
 * "Access Manager").
 *
 * @example
 * ```ts
 * await pubnub.grant().channels('room').authKeys('key-of-bob').read(true).write(true).ttl(60).execute();
 * ```
 */
export const grant = defineEndpoint<GrantParams, AuthKeysResult>({
  operation: PNOperationType.PNAccessManagerGrant,
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    uuids: listOf(checkName),
    authKeys: listOf(checkAuthKey),
    ...{ read: permission, write: permission, manage: permission, delete: permission },
    ...{ get: permission, update: permission, join: permission },
    ttl: optional(checkCount),
  },
  conflict: ({ channels, channelGroups, uuids, authKeys }) => {
    const problem = emptyProblem({ channels, channelGroups, uuids, authKeys });
    if (problem !== undefined || !uuids) return problem;
    if (channels || channelGroups) return 'uuids and channels or groups need a call each';
    return authKeys ? undefined : 'uuids need authKeys';
  },
  needs: ['publishKey', 'secretKey'],
  path: (_, keys) => path`/v2/auth/grant/sub-key/${keys.subscribeKey}`,
  query: ({ channels, channelGroups, uuids, authKeys, ttl, ...may }) => ({
    channel: joined(channels),
    'channel-group': joined(channelGroups),
    'target-uuid': joined(uuids),
    auth: joined(authKeys),
    ...{ r: bit(may.read), w: bit(may.write), m: bit(may.manage), d: bit(may.delete) },
    ...{ g: bit(may.get), u: bit(may.update), j: bit(may.join) },
    ttl,
  }),
  auth: 'signature',
  retry: 'safe',
  parse: payloadOf,
});
