import { PERMISSION_BITS, type Permission } from '../../../protocol/permissions.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { fromBase64 } from '../../runtime/bytes.ts';
import { isRecord } from '../../wire/read.ts';
import { decodeCbor } from './cbor.ts';

/** What a token allows with one name or pattern. */
export type TokenPermissions = Readonly<Record<Permission, boolean>>;

/** What a token allows, by kind; kinds without an entry are absent. */
export interface TokenResources {
  readonly channels?: Readonly<Record<string, TokenPermissions>>;
  readonly groups?: Readonly<Record<string, TokenPermissions>>;
  readonly uuids?: Readonly<Record<string, TokenPermissions>>;
}

/** What is written in an access token. */
export interface ParsedToken {
  readonly version: number;
  /** When it was issued, in seconds since 1970. */
  readonly timestamp: number;
  /** How long it holds, in minutes. */
  readonly ttl: number;
  /** The only user who may use it; absent when anybody may. */
  readonly authorized_uuid?: string;
  readonly signature: Uint8Array;
  /** By exact name. */
  readonly resources?: TokenResources;
  /** By regular expression. */
  readonly patterns?: TokenResources;
  readonly meta?: Readonly<Record<string, unknown>>;
}

const LONGEST = 65_536;

/**
 * Reads an access token, without asking anybody: who may do what, and until when. Whether it is genuine only the server
 * can tell. Throws a `PubNubError` (`PN-1002`) for what is no token.
 *
 * @example
 * ```ts
 * const { timestamp, ttl, resources } = parseToken(token);
 * console.log('expires', new Date((timestamp + ttl * 60) * 1_000), resources?.channels);
 * ```
 */
export function parseToken(token: string): ParsedToken {
  const parsed = readToken(token);
  if (parsed) return parsed;
  throw new PubNubError('PN-1002', 'parseToken: this is no access token.');
}

/** The same, but nothing for what is no token. */
export function readToken(token: unknown): ParsedToken | undefined {
  if (typeof token !== 'string' || token.length > LONGEST) return undefined;
  try {
    return parsedOf(decodeCbor(fromBase64(token)));
  } catch {
    return undefined;
  }
}

function parsedOf(fields: unknown): ParsedToken | undefined {
  if (!isRecord(fields)) return undefined;
  const { v: version, t: timestamp, ttl, res, pat, meta, uuid, sig: signature } = fields;
  if (typeof version !== 'number' || typeof timestamp !== 'number' || typeof ttl !== 'number')
    return undefined;
  if (!(signature instanceof Uint8Array)) return undefined;
  const resources = resourcesOf(res);
  const patterns = resourcesOf(pat);
  return {
    ...{ version, timestamp, ttl, signature },
    ...(typeof uuid === 'string' && { authorized_uuid: uuid }),
    ...(resources && { resources }),
    ...(patterns && { patterns }),
    ...(isRecord(meta) && Object.keys(meta).length > 0 && { meta }),
  };
}

const KINDS = { channels: 'chan', groups: 'grp', uuids: 'uuid' } as const;

// Throws where the field is none of a token's.
function resourcesOf(field: unknown): TokenResources | undefined {
  if (!isRecord(field)) throw new TypeError('expected a map');
  const resources: Record<string, Record<string, TokenPermissions>> = {};
  for (const [kind, key] of Object.entries(KINDS)) {
    const masks = Object.entries(Object(field[key] ?? {}));
    if (masks.length === 0) continue;
    const names: Record<string, TokenPermissions> = Object.create(null);
    for (const [name, mask] of masks) names[name] = permissionsOf(Number(mask));
    resources[kind] = names;
  }
  return Object.keys(resources).length > 0 ? resources : undefined;
}

function permissionsOf(mask: number): TokenPermissions {
  const flags = Object.entries(PERMISSION_BITS).map(([name, bit]) => [name, (mask & bit) !== 0]);
  return Object.fromEntries(flags);
}
