import { must } from '../../builder/params.ts';
import type { Answer } from '../../endpoint.ts';
import { expected, isRecord, recordAt } from '../../wire/read.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `1` or `0` for each permission: read, write, manage, delete, get, update, join. */
export type Flags = Readonly<Partial<Record<'r' | 'w' | 'm' | 'd' | 'g' | 'u' | 'j', 0 | 1>>>;

/** What an auth key, or everybody, may do with something. */
export type Access = Flags & { readonly auths?: Readonly<Record<string, Flags>>; readonly ttl?: number };

/** What the service tells of rights of auth keys, as it comes: its form depends on how much was asked for. */
export interface AuthKeysResult extends Access {
  /** `subkey`, `channel`, `channel-group`, `user`, `channel-group+auth` or `uuid`. */
  readonly level: string;
  readonly subscribe_key?: string;
  /** The one channel that `auths` are for. */
  readonly channel?: string;
  readonly channels?: Readonly<Record<string, Access>>;
  /** The groups; or the one group that `auths` are for. */
  readonly 'channel-groups'?: string | Readonly<Record<string, Access>>;
  readonly uuids?: Readonly<Record<string, Access>>;
}

/** An auth key. */
export const checkAuthKey = must(
  'be a text without commas and control characters',
  (value) => typeof value === 'string' && /^[^,\p{Cc}]+$/u.test(value) && value.isWellFormed(),
);

const FLAGS = ['r', 'w', 'm', 'd', 'g', 'u', 'j'];

/** The payload of an answer about auth keys, in records without a prototype; throws a `TypeError` on any other. */
export function payloadOf({ text }: Answer): AuthKeysResult {
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

// What is absent is fine.
function isMapOf(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return value === undefined || (isRecord(value) && Object.values(value).every(isEntry));
}
