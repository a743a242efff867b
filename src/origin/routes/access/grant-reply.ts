import { PERMISSION_BITS, type ResourceKind } from '../../../protocol/permissions.ts';
import type { Answer } from '../../http/answer.ts';
import type { GrantTarget } from '../../store/access.ts';
import type { Call } from '../route.ts';
import { FLAGS, type Targets } from './grant-query.ts';
import { accessAnswer } from './refusals.ts';

/** One grant as an answer tells it. */
export interface Told extends GrantTarget {
  readonly flags: Readonly<Record<string, number>>;
}

// Flags of which old answers know nothing for channels and groups; they are told when they are set.
const NEWER = new Set(['g', 'u', 'j']);

/** Bits as flags: all of them for the whole key and for users, else those of old and those that are set. */
export function flagsOf(bits: number, resource: GrantTarget['resource']): Readonly<Record<string, number>> {
  const all = resource === 'subkey' || resource === 'uuids';
  const flags = FLAGS.map(
    ([flag, permission]) => [flag, (bits & PERMISSION_BITS[permission]) === 0 ? 0 : 1] as const,
  );
  return Object.fromEntries(flags.filter(([flag, set]) => all || set === 1 || !NEWER.has(flag)));
}

/** What an answer tells. */
interface Tale {
  readonly told: readonly Told[];
  readonly ttl?: number;
}

/** A good answer, whose form depends on how many names and auth keys were asked about. */
export function grantAnswer({ segment }: Call, targets: Targets, { told, ttl }: Tale): Answer {
  const frame = { subscribe_key: segment('subscribeKey'), ...(ttl !== undefined && { ttl }) };
  const { level, ...rest } = shaped(targets, told);
  const payload = { level, ...frame, ...rest };
  return accessAnswer({ message: 'Success', payload, service: 'Access Manager', status: 200 });
}

interface Leveled {
  readonly level: string;
  readonly [member: string]: unknown;
}

function shaped({ channels, groups, uuids, authKeys }: Targets, told: readonly Told[]): Leveled {
  const named = {
    ...members('channels', byName(told, 'channels')),
    ...members('channel-groups', byName(told, 'groups')),
    ...members('uuids', byName(told, 'uuids')),
  };
  if (uuids.length > 0) return { level: 'uuid', ...named };
  if (channels.length + groups.length === 0) {
    const whole = told.find(({ resource }) => resource === 'subkey');
    return { level: 'subkey', ...whole?.flags, ...named };
  }
  const withKeys = authKeys.length > 0;
  const ofGroups = withKeys ? 'channel-group+auth' : 'channel-group';
  const level = groups.length > 0 ? ofGroups : withKeys ? 'user' : 'channel';
  const [alone, ...others] = [...channels, ...groups];
  if (!withKeys || others.length > 0) return { level, ...named };
  // One name alone that has auth keys stands beside them, instead of over them.
  const auths = authsOf(told);
  return channels.length > 0 ? { level, channel: alone, auths } : { level, 'channel-groups': alone, auths };
}

function members(name: string, value: object): object {
  return Object.keys(value).length > 0 ? { [name]: value } : {};
}

function byName(told: readonly Told[], kind: ResourceKind): object {
  const names = Map.groupBy(
    told.filter(({ resource }) => resource === kind),
    ({ name }) => name,
  );
  return Object.fromEntries(
    Array.from(names, ([name, of]) => {
      const own = of.find(({ authKey }) => authKey === undefined);
      return [name, { ...own?.flags, ...members('auths', authsOf(of)) }];
    }),
  );
}

function authsOf(told: readonly Told[]): object {
  return Object.fromEntries(
    told.flatMap(({ authKey, flags }) => (authKey === undefined ? [] : [[authKey, flags] as const])),
  );
}
