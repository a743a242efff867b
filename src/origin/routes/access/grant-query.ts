import { PERMISSION_BITS, type Permission } from '../../../protocol/permissions.ts';
import { WHOLE_KEY } from '../../access/targets.ts';
import { accessRefusal } from '../../http/refusals.ts';
import type { GrantTarget } from '../../store/access.ts';
import { refuseInvalid, splitNames } from '../read.ts';
import type { Call } from '../route.ts';

/** Whom a call about auth keys is for. */
export interface Targets {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
  readonly uuids: readonly string[];
  readonly authKeys: readonly string[];
}

/** What the query calls each permission, in the order of the answers. */
export const FLAGS: readonly (readonly [flag: string, permission: Permission])[] = [
  ['r', 'read'],
  ['w', 'write'],
  ['m', 'manage'],
  ['d', 'delete'],
  ['g', 'get'],
  ['u', 'update'],
  ['j', 'join'],
];

const MAX_KEY_LENGTH = 512;
const MINUTES = /^\d{1,7}$/;
const DEFAULT_TTL_MINUTES = 1_440;
const MAX_TTL_MINUTES = 525_600;
const MAX_GRANTS = 10_000;

/** Names and auth keys of a request. Throws a `Refusal` when they are none, or too many. */
export function targetsOf({ query, services }: Call): Targets {
  const list = (name: string) => splitNames(query.get(name) ?? '');
  const channels = list('channel');
  const groups = list('channel-group');
  const uuids = list('target-uuid');
  const authKeys = list('auth');
  refuseInvalid('channels', [...channels, ...uuids]);
  refuseInvalid('channel-groups', groups);
  const names = channels.length + groups.length + uuids.length;
  if (names > services.limits.names || names * Math.max(1, authKeys.length) > MAX_GRANTS)
    throw accessRefusal(400, `Too Many Names: at most ${services.limits.names}`);
  if (authKeys.some((key) => key.length > MAX_KEY_LENGTH))
    throw accessRefusal(400, `Invalid auth: at most ${MAX_KEY_LENGTH} characters`);
  return { channels, groups, uuids, authKeys };
}

/** Each target of a grant: every name with every auth key, or without one. */
export function eachTarget({ channels, groups, uuids, authKeys }: Targets): readonly GrantTarget[] {
  const keys = authKeys.length > 0 ? authKeys : [undefined];
  const named = [
    ...channels.map((name) => ({ resource: 'channels', name }) as const),
    ...groups.map((name) => ({ resource: 'groups', name }) as const),
    ...uuids.map((name) => ({ resource: 'uuids', name }) as const),
  ];
  if (named.length === 0) return [WHOLE_KEY];
  return named.flatMap((target) => keys.map((authKey) => ({ ...target, authKey })));
}

/** What the flags of a request allow, as bits. */
export function bitsOf({ query }: Call): number {
  return FLAGS.reduce((bits, [flag, permission]) => {
    const value = query.text(flag) ?? '0';
    if (value !== '0' && value !== '1') throw accessRefusal(400, `Invalid ${flag}: it is 1 or 0`);
    return value === '1' ? bits | PERMISSION_BITS[permission] : bits;
  }, 0);
}

/** For how many minutes a grant is in force; 0: for ever. */
export function ttlOf({ query }: Call): number {
  const ttl = query.text('ttl') ?? `${DEFAULT_TTL_MINUTES}`;
  if (MINUTES.test(ttl) && Number(ttl) <= MAX_TTL_MINUTES) return Number(ttl);
  throw accessRefusal(400, `Invalid ttl: it is a number of minutes from 0 to ${MAX_TTL_MINUTES}`);
}
