import { decode, encode } from 'cborg';
import type { ResourceKind } from '../../protocol/permissions.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { Secret } from './secret.ts';

/** Bits by name, of each kind of name, as the token has them: `chan`, `grp`, `uuid`, and `usr` and `spc` of old. */
export type TokenPermissions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a token says (docs/reference/protocol.md, "Tokens"). */
export interface Token {
  readonly version: number;
  /** Seconds since the Unix epoch. */
  readonly issued: number;
  readonly ttlMinutes: number;
  readonly resources: TokenPermissions;
  readonly patterns: TokenPermissions;
  readonly meta: unknown;
  /** The only user who may use it, if it says so. */
  readonly user?: string;
}

/** What a token calls the kinds of name. */
export const TOKEN_KINDS: Readonly<Record<ResourceKind, string>> = {
  channels: 'chan',
  groups: 'grp',
  uuids: 'uuid',
};

const SIGNATURE_BYTES = 32;
// Seven or eight entries, the first of which is `v`: no key that people choose begins like that.
const START = /^(p0F2|qEF2)/;

/** Whether the text is meant to be a token. */
export function looksLikeToken(text: string): boolean {
  return START.test(text);
}

/** When the token ends, in milliseconds since the Unix epoch. */
export function expiryOf({ issued, ttlMinutes }: Token): number {
  return (issued + ttlMinutes * 60) * 1000;
}

/** The bytes of a token, at whose end is room for the signature. */
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
  // Entries stay in the order in which tokens have them.
  return Uint8Array.from(encode(withByteKeys(entries), { mapSorter: () => 0 }));
}

/** What the bytes of a token say. Throws when they say something else: look at the signature first. */
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

/** The text of a token: its bytes, the last of which are the signature of all before. */
export async function signToken(token: Token, secret: Secret): Promise<string> {
  const bytes = encodeToken(token);
  bytes.set(await secret.sign(bytes.slice(0, -SIGNATURE_BYTES)), bytes.length - SIGNATURE_BYTES);
  return toBase64(bytes);
}

/** A token that one of the secrets has signed, and the one id that all spellings of its text have. */
export interface SignedToken {
  readonly token: Token;
  readonly id: string;
}

/** Reads a token; `undefined` when none of the secrets has signed it. */
export async function readToken(text: string, secrets: readonly Secret[]): Promise<SignedToken | undefined> {
  const bytes = looksLikeToken(text) ? fromBase64(text) : undefined;
  if (!bytes || bytes.length <= SIGNATURE_BYTES) return undefined;
  const signature = bytes.slice(-SIGNATURE_BYTES);
  for (const secret of secrets) {
    if (await secret.verify(signature, bytes.slice(0, -SIGNATURE_BYTES)))
      return { token: decodeToken(bytes), id: toBase64(signature) };
  }
  return undefined;
}

function withByteKeys(entries: readonly (readonly [string, unknown])[]): Map<Uint8Array, unknown> {
  return new Map(entries.map(([key, value]) => [new TextEncoder().encode(key), value]));
}

function nameOf(key: unknown): string {
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  return textOf(key);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A token has a name that is no text.');
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('A token has a number that is none.');
  return value;
}

function mapOf(value: unknown, keyOf: (key: unknown) => string): Map<string, unknown> {
  if (!(value instanceof Map)) throw new TypeError('A token has a map that is none.');
  return new Map(Array.from(value, ([key, field]: [unknown, unknown]) => [keyOf(key), field]));
}

function permissionsOf(value: unknown): TokenPermissions {
  const kinds = Array.from(mapOf(value, nameOf), ([kind, names]) => {
    const bits = Array.from(mapOf(names, textOf), ([name, mask]) => [name, numberOf(mask)] as const);
    return [kind, new Map(bits)] as const;
  });
  return new Map(kinds);
}
