import { createHmac } from 'node:crypto';
import type { OriginOptions } from '../../src/origin/index.ts';
import { originNetwork, type RequestParts } from './origin-network.ts';

/** The secret of the keyset that `accessNetwork` has. */
export const SECRET = 'a-secret-of-the-tests';

/** Bits of all permissions that are granted, by what the tests call them. */
export const BITS = { read: 1, write: 2, manage: 4, delete: 8, get: 32, update: 64, join: 128 } as const;

const ALL = Object.values(BITS).reduce((sum, bit) => sum + bit, 0);

/** A kind of name for which permissions are given. */
export type Kind = 'channels' | 'groups' | 'uuids';

/** What a token is to hold: bits by name. */
export interface Wish {
  readonly ttl?: number;
  readonly resources?: { readonly [kind in Kind]?: Readonly<Record<string, number>> };
  readonly patterns?: { readonly [kind in Kind]?: Readonly<Record<string, number>> };
  readonly uuid?: string;
  readonly meta?: unknown;
}

/** The signature of a request, made as clients make it. */
export function signatureOf(text: string, secret = SECRET): string {
  return `v2.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** A target with time and signature. Its query must be encoded as it is signed. */
export function signed(
  target: string,
  seconds: number,
  { method = 'GET', body = '' }: RequestParts = {},
): string {
  const [path, query] = target.split('?');
  const nameOf = (pair: string) => pair.split('=')[0] ?? '';
  const pairs = [...(query ? query.split('&') : []), `timestamp=${seconds}`].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : 1,
  );
  const text = `${method}\ndemo\n${path}\n${pairs.join('&')}\n${method === 'GET' || method === 'DELETE' ? '' : body}`;
  return `${path}?${pairs.join('&')}&signature=${encodeURIComponent(signatureOf(text))}`;
}

/** An origin whose keyset asks for permissions, and ways to grant them. */
export function accessNetwork({
  access = true,
  ...options
}: OriginOptions & { readonly access?: boolean } = {}) {
  const keysets = [{ subscribeKey: 'demo', publishKey: 'demo', secretKey: SECRET, access }];
  const network = originNetwork({ keysets, ...options });
  const { send, clock } = network;
  const seconds = () => Math.floor(clock.now() / 1000);
  /** Sends a request with a signature. */
  const sendSigned = (target: string, parts: RequestParts = {}) =>
    send(signed(target, seconds(), parts), parts);
  /** Grants a token and returns the answer. */
  const askToken = ({ ttl = 60, resources = {}, patterns = {}, meta = {}, uuid }: Wish) => {
    const permissions = { ...(uuid !== undefined && { uuid }), resources, patterns, meta };
    return sendSigned('/v3/pam/demo/grant', { method: 'POST', body: JSON.stringify({ ttl, permissions }) });
  };
  /** Grants a token. */
  const token = async (wish: Wish): Promise<string> => {
    const reply = await askToken(wish);
    if (reply.status !== 200) throw new Error(`A grant was answered with ${reply.status}: ${reply.text}`);
    return (reply.json as { data: { token: string } }).data.token;
  };
  const revoke = (text: string) => sendSigned(`/v3/pam/demo/grant/${text}`, { method: 'DELETE' });
  /** Sends a request with a token or an auth key. */
  const sendAs = (auth: string, target: string, parts: RequestParts = {}) =>
    send(`${target}${target.includes('?') ? '&' : '?'}auth=${encodeURIComponent(auth)}`, parts);
  return { ...network, seconds, sendSigned, askToken, token, revoke, sendAs };
}

/** Every permission but some. */
export function allBut(...permissions: readonly (keyof typeof BITS)[]): number {
  return permissions.reduce((bits, permission) => bits & ~BITS[permission], ALL);
}
