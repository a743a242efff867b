import { PERMISSION_BITS } from '../../protocol/permissions.ts';
import { WHOLE_KEY } from '../access/authorize.ts';
import { signerOf } from '../access/signature.ts';
import { type Answer, accessRefusal } from '../http/answer.ts';
import {
  type AccessStore,
  type Grant,
  type GrantTarget,
  MAX_KEY_LENGTH,
  targetKey,
} from '../store/access.ts';
import { eachPage } from '../store/page.ts';
import { FLAGS, flagsOf, grantAnswer, type ShownGrant, type Targets } from './grant-answer.ts';
import { needsNothing, numberOf, refuseInvalid, shardOf, splitNames } from './read.ts';
import type { Call, Route } from './route.ts';

const MS_PER_MINUTE = 60_000;
const DEFAULT_TTL_MINUTES = 1_440;
const MAX_TTL_MINUTES = 525_600;
const MAX_GRANTS = 10_000;

/** Grants permissions to auth keys, or to everybody (docs/reference/protocol.md, "Access Manager"). */
export const grant: Route = {
  operation: 'grant',
  method: 'GET',
  path: '/v2/auth/grant/sub-key/{subscribeKey}',
  needs: needsNothing,
  async handle(call) {
    const { access } = await shardOf(call);
    await signerOf(call);
    const targets = targetsOf(call);
    refuseMixed(targets);
    const bits = bitsOf(call);
    const ttl = ttlOf(call);
    const ttlMs = ttl === 0 ? undefined : ttl * MS_PER_MINUTE;
    const granted = eachTarget(targets);
    if (!(await access.grant(granted.map((target) => ({ ...target, bits, ttlMs })))))
      throw accessRefusal(400, 'Too many grants');
    const grants = granted.map((target) => ({ ...target, flags: flagsOf(bits) }));
    return grantAnswer(call, targets, { grants, ttl });
  },
};

/** Lists the grants in force (docs/reference/protocol.md, "Access Manager"). */
export const audit: Route = {
  operation: 'audit',
  method: 'GET',
  path: '/v2/auth/audit/sub-key/{subscribeKey}',
  needs: needsNothing,
  async handle(call) {
    const { access, longWorks } = await shardOf(call);
    await signerOf(call);
    const targets = targetsOf(call);
    return longWorks.run(call, {
      weight: Number.POSITIVE_INFINITY,
      run: () => audited(call, access, targets),
    });
  },
};

async function audited(call: Call, access: AccessStore, targets: Targets): Promise<Answer> {
  const grants: ShownGrant[] = [];
  const { nextTurn } = call.services;
  const pages = eachPage({
    read: (page) => access.grants(page),
    nameOf: (one: Grant) => targetKey(one),
    nextTurn,
  });
  for await (const page of pages) {
    for (const one of page) {
      if (isQueried(one, targets))
        grants.push({ ...one, flags: { ...flagsOf(one.bits), ttl: minutesLeft(one) } });
    }
  }
  return grantAnswer(call, targets, { grants });
}

function isQueried({ resource, name, authKey }: Grant, targets: Targets): boolean {
  const { channels, groups, uuids, authKeys } = targets;
  if (authKeys.length > 0 && (authKey === undefined || !authKeys.includes(authKey))) return false;
  if (channels.length + groups.length + uuids.length === 0) return true;
  return resource !== 'subkey' && targets[resource].includes(name);
}

function minutesLeft({ ttlMs }: Grant): number {
  return ttlMs === undefined ? 0 : Math.ceil(ttlMs / MS_PER_MINUTE);
}

function refuseMixed({ channels, groups, uuids, authKeys }: Targets): void {
  const names = channels.length + groups.length;
  if (uuids.length > 0 && names > 0)
    throw accessRefusal(400, 'One call cannot grant both on uuids and on channels or groups');
  if (uuids.length > 0 && authKeys.length === 0) throw accessRefusal(400, 'A grant on uuids needs auth keys');
  if (authKeys.length > 0 && uuids.length + names === 0)
    throw accessRefusal(400, 'A grant to auth keys needs channels, channel groups or uuids');
}

function targetsOf({ query, services }: Call): Targets {
  const list = (name: string) => splitNames(query.get(name));
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

// Every name with every auth key, or without one.
function eachTarget({ channels, groups, uuids, authKeys }: Targets): readonly GrantTarget[] {
  const keys = authKeys.length > 0 ? authKeys : [undefined];
  const named = [
    ...channels.map((name) => ({ resource: 'channels', name }) as const),
    ...groups.map((name) => ({ resource: 'groups', name }) as const),
    ...uuids.map((name) => ({ resource: 'uuids', name }) as const),
  ];
  if (named.length === 0) return [WHOLE_KEY];
  return named.flatMap((target) => keys.map((authKey) => ({ ...target, authKey })));
}

function bitsOf({ query }: Call): number {
  return FLAGS.reduce((bits, [flag, permission]) => {
    const value = query.text(flag) ?? '0';
    if (value !== '0' && value !== '1') throw accessRefusal(400, `Invalid ${flag}: it is 1 or 0`);
    return value === '1' ? bits | PERMISSION_BITS[permission] : bits;
  }, 0);
}

// In minutes; 0: forever.
function ttlOf({ query }: Call): number {
  const ttl = numberOf(query.text('ttl') ?? `${DEFAULT_TTL_MINUTES}`);
  if (ttl !== undefined && ttl <= MAX_TTL_MINUTES) return ttl;
  throw accessRefusal(400, `Invalid ttl: it is a number of minutes from 0 to ${MAX_TTL_MINUTES}`);
}
