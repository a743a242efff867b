import { checkName, checkObject, copied, must, optional, required } from '../../builder/params.ts';
import { rest } from '../../builder/verbs.ts';
import type { Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { type Done, done, expected, stringAt } from '../../wire/read.ts';
import { checkGrants, checkPatterns, type Grants, masks, type PatternGrants } from './permissions.ts';

/** Parameters of `grantToken()`. */
export interface GrantTokenParams extends Params {
  readonly '~oneOf': 'channels' | 'groups' | 'uuids' | 'patterns';
  /** Lifetime of the token in minutes, 1 to 43200. */
  ttl: number;
  /** Permissions by channel: `{ room: ['read', 'write'] }`, or `{ room: { read: true } }`. */
  channels?: Grants;
  /** Permissions by channel group. */
  groups?: Grants;
  /** Permissions on the metadata of users, by user. */
  uuids?: Grants;
  /** Permissions by regular expression, for example `{ channels: { '^room-[0-9]+$': ['read'] } }`. Anchor the expressions. */
  patterns?: PatternGrants;
  /** The only user who may use the token. @default anybody */
  authorizedUuid?: string;
  /** Metadata in the token: an object. PubNub takes plain values only in it. */
  meta?: Readonly<Record<string, unknown>>;
}

/** Parameters of `revokeToken()`. */
export interface RevokeTokenParams extends Params {
  /** The token that is no longer valid. */
  token: string;
}

/** Result of `revokeToken()`: it has no fields. */
export type RevokeTokenResult = Done;

const LONGEST = 43_200;

const checkMinutes = must(
  `be a whole number of minutes from 1 to ${LONGEST}`,
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST,
);

const checkToken = must(
  'be an access token',
  (value) => typeof value === 'string' && /^[\w+/-]+={0,2}$/.test(value),
);

const grants = copied(optional(checkGrants));

/** The operations on tokens (docs/reference/protocol.md, "Tokens"). */
export const tokens = {
  /**
   * Grants an access token.
   *
   * @example
   * ```ts
   * const token = await pubnub
   *   .grantToken()
   *   .ttl(60)
   *   .authorizedUuid('bob')
   *   .channels({ lobby: ['read', 'write'] })
   *   .patterns({ channels: { '^room-[0-9]+$': ['read'] } })
   *   .execute();
   * ```
   */
  grantToken: rest<GrantTokenParams, string>({
    operation: 'PNAccessManagerGrantToken',
    method: 'POST',
    params: {
      ttl: required(checkMinutes),
      channels: grants,
      groups: grants,
      uuids: grants,
      patterns: copied(optional(checkPatterns)),
      authorizedUuid: optional(checkName),
      meta: copied(optional(checkObject)),
    },
    oneOf: ['channels', 'groups', 'uuids', 'patterns'],
    conflict: ({ channels, groups, uuids, patterns = {} }) =>
      [channels, groups, uuids, ...Object.values(patterns)].every(
        (grants = {}) => Object.keys(grants).length === 0,
      )
        ? 'channels, groups, uuids and patterns are all empty'
        : undefined,
    needs: ['publishKey', 'secretKey'],
    path: (_, keys) => path`/v3/pam/${keys.subscribeKey}/grant`,
    body: ({ ttl, authorizedUuid: uuid, channels, groups, uuids, patterns = {}, meta = {} }) => ({
      ttl,
      permissions: { uuid, resources: all({ channels, groups, uuids }), patterns: all(patterns), meta },
    }),
    auth: 'signature',
    // A second token does no harm.
    retry: 'safe',
    parse: ({ body }) => stringAt(body, 'data', 'token') || expected('a token at data.token'),
  }),
  /**
   * Revokes an access token.
   *
   * @example
   * ```ts
   * await pubnub.revokeToken().token(token).execute();
   * ```
   */
  revokeToken: rest<RevokeTokenParams, RevokeTokenResult>({
    operation: 'PNAccessManagerRevokeToken',
    method: 'DELETE',
    params: { token: required(checkToken) },
    needs: ['publishKey', 'secretKey'],
    path: ({ token }, keys) => path`/v3/pam/${keys.subscribeKey}/grant/${token}`,
    auth: 'signature',
    retry: 'safe',
    parse: done,
  }),
};

// The service insists on the old names of users and channels, too.
function all({ channels, groups, uuids }: { [Kind in keyof PatternGrants]: Grants | undefined }) {
  return { channels: masks(channels), groups: masks(groups), uuids: masks(uuids), users: {}, spaces: {} };
}
