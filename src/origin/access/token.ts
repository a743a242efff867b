import { decode, encode } from 'cborg';
import type { ResourceKind } from '../../protocol/permissions.ts';
import { fromBase64, toBase64, toPaddedBase64 } from './base64.ts';
import type { Secret } from './secret.ts';

/** Bits by name, by kind of name as tokens spell it: `chan`, `grp`, `uuid`, and the old kinds `usr` and `spc`. */
export type TokenPermissions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The contents of a token (docs/reference/protocol.md, "Tokens"). */
export interface Token {
  readonly version: number;
  /** Seconds since the Unix epoch. */
  readonly issued: number;
  readonly ttlMinutes: number;
  readonly resources: TokenPermissions;
  readonly patterns: TokenPermissions;
  readonly meta: unknown;
  /** The only user who may use it; absent: all users. */
  readonly user?: string;
}

/** The kinds of name, as tokens spell them. */
export const TOKEN_KINDS: Readonly<Record<ResourceKind, string>> = {
  channels: 'chan',
  groups: 'grp',
  uuids: 'uuid',
};

const SIGNATURE_BYTES = 32;
// A map of seven or eight entries whose first key is `v`. Auth keys do not begin like that in practice.
const START = /^(p0F2|qEF2)/;

/** `true` for a token, and not an auth key. */
export function looksLikeToken(text: string): boolean {
  return START.test(text);
}

/** The time at which a token expires, in milliseconds since the Unix epoch. */
export function expiryOf({ issued, ttlMinutes }: Token): number {
  return (issued + ttlMinutes * 60) * 1000;
}

/** The bytes of a token, which end in the signature. */
export function encodeToken(
  token: Token,
  signature = new Uint8Array(SIGNATURE_BYTES),
): Uint8Array<ArrayBuffer> {
  const { version, issued, ttlMinutes, resources, patterns, meta, user } = token;
  const entries: [string, unknown][] = [
    ['v', version],
    ['t', issued],
    ['ttl', ttlMinutes],
    ['res', withByteKeys([...resources])],
    ['pat', withByteKeys([...patterns])],
    ['meta', meta],
    ...(user === undefined ? [] : [['uuid', user] satisfies [string, unknown]]),
    ['sig', signature],
  ];
  // Entries keep the order that tokens have.
  return Uint8Array.from(encode(withByteKeys(entries), { mapSorter: () => 0 }));
}

/** Decodes the bytes of a token. Throws on any other bytes: check the signature first. */
export function decodeToken(bytes: Uint8Array): Token {
  const fields = mapOf(decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true }), nameOf);
  const user = fields.get('uuid');
  return {
    version: numberOf(fields.get('v')),
    issued: numberOf(fields.get('t')),
    ttlMinutes: numberOf(fields.get('ttl')),
    resources: permissionsOf(fields.get('res')),
    patterns: permissionsOf(fields.get('pat')),
    meta: fields.get('meta'),
    ...(typeof user === 'string' && { user }),
  };
}

/** The text of a token, signed: the last bytes are the signature of all before them. */
export async function signToken(token: Token, secret: Secret): Promise<string> {
  const bytes = encodeToken(token);
  bytes.set(await secret.sign(bytes.slice(0, -SIGNATURE_BYTES)), bytes.length - SIGNATURE_BYTES);
  // Some clients decode nothing without the padding.
  return toPaddedBase64(bytes);
}

/** A token that one of the secrets signed, with an id that all spellings of its text share. */
export interface SignedToken {
  readonly token: Token;
  readonly id: string;
}

/** Reads a token; `undefined` if none of the secrets signed it, or if it is not one for all that. */
export async function readToken(text: string, secrets: readonly Secret[]): Promise<SignedToken | undefined> {
  const bytes = looksLikeToken(text) ? fromBase64(text) : undefined;
  if (!bytes || bytes.length <= SIGNATURE_BYTES) return undefined;
  const signature = bytes.slice(-SIGNATURE_BYTES);
  for (const secret of secrets) {
    if (!(await secret.verify(signature, bytes.slice(0, -SIGNATURE_BYTES)))) continue;
    const token = decoded(bytes);
    return token && { token, id: toBase64(signature) };
  }
  return undefined;
}

// Other software may have signed what is no token; deep nesting ends in a `RangeError`.
function decoded(bytes: Uint8Array): Token | undefined {
  try {
    return decodeToken(bytes);
  } catch {
    return undefined;
  }
}

function withByteKeys(entries: readonly (readonly [string, unknown])[]): Map<Uint8Array, unknown> {
  return new Map(entries.map(([key, value]) => [new TextEncoder().encode(key), value]));
}

function nameOf(key: unknown): string {
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  return textOf(key);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A name in a token is not a text.');
  return value;
}

// Not negative, not infinite, and not `NaN`, with which a token would never expire.
function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError('A field of a token is not a whole number.');
}

function mapOf(value: unknown, keyOf: (key: unknown) => string): Map<string, unknown> {
  if (!(value instanceof Map)) throw new TypeError('A field of a token is not a map.');
  return new Map(Array.from(value, ([key, field]: [unknown, unknown]) => [keyOf(key), field]));
}

function permissionsOf(value: unknown): TokenPermissions {
  const kinds = Array.from(mapOf(value, nameOf), ([kind, names]) => {
    const bits = Array.from(mapOf(names, textOf), ([name, mask]) => [name, numberOf(mask)] as const);
    return [kind, new Map(bits)] as const;
  });
  return new Map(kinds);
}
