import { PERMISSION_BITS, type Permission, type ResourceKind } from '../../protocol/permissions.ts';
import { type Answer, accessAnswer } from '../http/answer.ts';
import type { GrantTarget } from '../store/access.ts';
import type { Call } from './route.ts';

/** The names and auth keys of a call about grants. */
export interface Targets {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
  readonly uuids: readonly string[];
  readonly authKeys: readonly string[];
}

/** The flag of each permission in queries and answers, in the order of the answers. */
export const FLAGS: readonly (readonly [flag: string, permission: Permission])[] = [
  ['r', 'read'],
  ['w', 'write'],
  ['m', 'manage'],
  ['d', 'delete'],
  ['g', 'get'],
  ['u', 'update'],
  ['j', 'join'],
];

/** One grant as answers show it. */
export interface ShownGrant extends GrantTarget {
  readonly flags: Readonly<Record<string, number>>;
}

/** Bits as flags: all of them, each 1 or 0. */
export function flagsOf(bits: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    FLAGS.map(([flag, permission]) => [flag, (bits & PERMISSION_BITS[permission]) === 0 ? 0 : 1]),
  );
}

interface Shown {
  readonly grants: readonly ShownGrant[];
  readonly ttl?: number;
}

/** A good answer, whose shape depends on how many names and auth keys the call has. */
export function grantAnswer({ subscribeKey }: Call, targets: Targets, { grants, ttl }: Shown): Answer {
  const frame = { subscribe_key: subscribeKey, ...(ttl !== undefined && { ttl }) };
  const { level, ...rest } = shaped(targets, grants);
  const payload = { level, ...frame, ...rest };
  return accessAnswer(200, { message: 'Success', payload, service: 'Access Manager', status: 200 });
}

interface Payload {
  readonly level: string;
  readonly [member: string]: unknown;
}

function shaped({ channels, groups, uuids, authKeys }: Targets, grants: readonly ShownGrant[]): Payload {
  const named = {
    ...members('channels', byName(grants, 'channels')),
    ...members('channel-groups', byName(grants, 'groups')),
    ...members('uuids', byName(grants, 'uuids')),
  };
  if (uuids.length > 0) return { level: 'uuid', ...named };
  if (channels.length + groups.length === 0) {
    const whole = grants.find(({ resource }) => resource === 'subkey');
    return { level: 'subkey', ...whole?.flags, ...named };
  }
  const withKeys = authKeys.length > 0;
  const ofGroups = withKeys ? 'channel-group+auth' : 'channel-group';
  const level = groups.length > 0 ? ofGroups : withKeys ? 'user' : 'channel';
  const [alone, ...others] = [...channels, ...groups];
  if (!withKeys || others.length > 0) return { level, ...named };
  // A single name stands beside its auth keys, not above them.
  const auths = authsOf(grants);
  return channels.length > 0 ? { level, channel: alone, auths } : { level, 'channel-groups': alone, auths };
}

function members(name: string, value: object): object {
  return Object.keys(value).length > 0 ? { [name]: value } : {};
}

function byName(grants: readonly ShownGrant[], kind: ResourceKind): object {
  const names = Map.groupBy(
    grants.filter(({ resource }) => resource === kind),
    ({ name }) => name,
  );
  return Object.fromEntries(
    Array.from(names, ([name, of]) => {
      const own = of.find(({ authKey }) => authKey === undefined);
      return [name, { ...own?.flags, ...members('auths', authsOf(of)) }];
    }),
  );
}

function authsOf(grants: readonly ShownGrant[]): object {
  return Object.fromEntries(
    grants.flatMap(({ authKey, flags }) => (authKey === undefined ? [] : [[authKey, flags] as const])),
  );
}
