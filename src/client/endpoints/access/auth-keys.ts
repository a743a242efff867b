import type { Answer } from '../../endpoint.ts';
import { must } from '../../params.ts';
import { isRecord, recordAt, stringAt } from '../../read.ts';

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

/** The payload of an answer about auth keys, in records without a prototype; throws a `TypeError` where there is none. */
export function payloadOf({ text }: Answer): AuthKeysResult {
  const body: unknown = JSON.parse(text, (_, value) =>
    isRecord(value) ? Object.assign(Object.create(null), value) : value,
  );
  stringAt(body, 'payload', 'level');
  // The service's own words, passed on unchanged.
  return recordAt(body, 'payload') as unknown as AuthKeysResult;
}
