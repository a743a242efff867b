import {
  checkBoolean,
  checkCount,
  checkName,
  emptyProblem,
  listOf,
  must,
  optional,
} from '../../builder/params.ts';
import { rest } from '../../builder/verbs.ts';
import type { Answer, List, Params, Query, Values } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { expected, isRecord, recordAt } from '../../wire/read.ts';
import { joined } from '../../wire/values.ts';

/** `1` or `0` for each permission: read, write, manage, delete, get, update, join. */
export type Flags = Readonly<Partial<Record<'r' | 'w' | 'm' | 'd' | 'g' | 'u' | 'j', 0 | 1>>>;

/** The permissions of one auth key, or of everybody. */
export type Access = Flags & { readonly auths?: Readonly<Record<string, Flags>>; readonly ttl?: number };

/** The permissions of auth keys, as sent by the service: the form depends on the number of names in the request. */
export interface AuthKeysResult extends Access {
  /** `subkey`, `channel`, `channel-group`, `user`, `channel-group+auth` or `uuid`. */
  readonly level: string;
  /** The subscribe key that it is for. */
  readonly subscribe_key?: string;
  /** The only channel that `auths` are for. */
  readonly channel?: string;
  /** Permissions by channel. */
  readonly channels?: Readonly<Record<string, Access>>;
  /** The groups; or the only group that `auths` are for. */
  readonly 'channel-groups'?: string | Readonly<Record<string, Access>>;
  /** Permissions by user. */
  readonly uuids?: Readonly<Record<string, Access>>;
}

/** Parameters of `audit()`. */
export interface AuditParams extends Params {
  /** Channels to query. */
  channels?: List<string>;
  /** Channel groups to query. */
  channelGroups?: List<string>;
  /** Auth keys to query. */
  authKeys?: List<string>;
}

/** Parameters of `grant()`. Permissions that are not set are revoked: a grant without any permission revokes all. */
export interface GrantParams extends Params {
  /** Channels to grant permissions on. Without channels, groups and users: the whole subscribe key. Empty lists are refused. */
  channels?: List<string>;
  /** Channel groups to grant permissions on. */
  channelGroups?: List<string>;
  /** Users whose metadata it is for; not together with channels or groups, and only with auth keys. */
  uuids?: List<string>;
  /** Auth keys of clients (their option `authKey`). @default everybody */
  authKeys?: List<string>;
  /** Permission to subscribe, and to read presence and history. @default false */
  read?: boolean;
  /** Permission to publish. @default false */
  write?: boolean;
  /** Permission to change channel groups. @default false */
  manage?: boolean;
  /** Permission to delete messages and files. @default false */
  delete?: boolean;
  /** Permission to read metadata. @default false */
  get?: boolean;
  /** Permission to change metadata. @default false */
  update?: boolean;
  /** Permission to join channels. @default false */
  join?: boolean;
  /** Lifetime in minutes; 0 has no end. @default 1440 */
  ttl?: number;
}

const FLAGS = ['r', 'w', 'm', 'd', 'g', 'u', 'j'];

const checkAuthKey = must(
  'be a text without commas and control characters',
  (value) => typeof value === 'string' && /^[^,\p{Cc}]+$/u.test(value) && value.isWellFormed(),
);

const NAMES = {
  channels: listOf(checkName),
  channelGroups: listOf(checkName),
  authKeys: listOf(checkAuthKey),
};

const OF_KEYS = {
  needs: ['publishKey', 'secretKey'],
  auth: 'signature',
  retry: 'safe',
  parse: payloadOf,
} as const;

const bit = (allowed = false): number => (allowed ? 1 : 0);
const permission = optional(checkBoolean);

/** The operations on auth keys, for keysets without tokens (docs/reference/protocol.md, "Access Manager"). */
export const authKeys = {
  /**
   * Grants permissions to auth keys, for keysets without tokens.
   *
   * @example
   * ```ts
   * await pubnub.grant().channels('room').authKeys('key-of-bob').read(true).write(true).ttl(60).execute();
   * ```
   */
  grant: rest<GrantParams, AuthKeysResult>({
    ...OF_KEYS,
    operation: 'PNAccessManagerGrant',
    params: {
      ...NAMES,
      uuids: listOf(checkName),
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
    path: (_, keys) => path`/v2/auth/grant/sub-key/${keys.subscribeKey}`,
    query: (given) => ({
      ...namesQuery(given),
      ...{ r: bit(given.read), w: bit(given.write), m: bit(given.manage), d: bit(given.delete) },
      ...{ g: bit(given.get), u: bit(given.update), j: bit(given.join) },
      ttl: given.ttl,
    }),
  }),
  /**
   * Lists the permissions of auth keys.
   *
   * @example
   * ```ts
   * const { channels } = await pubnub.audit().channels('room').execute();
   * ```
   */
  audit: rest<AuditParams, AuthKeysResult>({
    ...OF_KEYS,
    operation: 'PNAccessManagerAudit',
    params: NAMES,
    conflict: ({ channels, channelGroups, authKeys }) => emptyProblem({ channels, channelGroups, authKeys }),
    path: (_, keys) => path`/v2/auth/audit/sub-key/${keys.subscribeKey}`,
    query: namesQuery,
  }),
};

function namesQuery({ channels, channelGroups, uuids, authKeys }: Values<GrantParams>): Query {
  return {
    channel: joined(channels),
    'channel-group': joined(channelGroups),
    'target-uuid': joined(uuids),
    auth: joined(authKeys),
  };
}

type Fields = Readonly<Record<string, unknown>>;

// In records without a prototype.
function payloadOf({ text }: Answer): AuthKeysResult {
  const body: unknown = JSON.parse(text, (_, value) =>
    isRecord(value) ? Object.assign(Object.create(null), value) : value,
  );
  const payload = recordAt(body, 'payload');
  return isResult(payload) ? payload : expected('rights of auth keys at payload');
}

function isResult(value: Fields): value is AuthKeysResult & Fields {
  const { level, subscribe_key: key, channel, channels, 'channel-groups': groups, uuids } = value;
  return (
    isAccess(value) &&
    typeof level === 'string' &&
    [key, channel].every((text) => text === undefined || typeof text === 'string') &&
    [channels, uuids].every((names) => isMapOf(names, isAccess)) &&
    (typeof groups === 'string' || isMapOf(groups, isAccess))
  );
}

function isAccess(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { ttl, auths } = value;
  return hasFlags(value) && (ttl === undefined || typeof ttl === 'number') && isMapOf(auths, hasFlags);
}

function hasFlags(value: unknown): boolean {
  return isRecord(value) && FLAGS.every((flag) => [undefined, 0, 1].some((known) => known === value[flag]));
}

// Absent fields are valid.
function isMapOf(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return value === undefined || (isRecord(value) && Object.values(value).every(isEntry));
}
