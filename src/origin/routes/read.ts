import { nameProblem, withoutPresence } from '../../protocol/names.ts';
import type { Permission } from '../../protocol/permissions.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { ALL_NAMES, type Need } from '../access/authorize.ts';
import { accessRefusal, malformed, registryRefusal } from '../http/answer.ts';
import { ownText, type Query } from '../http/request.ts';
import type { OriginLimits } from '../limits.ts';
import type { Shard } from '../shard.ts';
import type { Soon } from '../soon.ts';
import { type Stamp, stampFromCursor } from '../store/stamp.ts';
import { nestedBeyond } from '../wildcards.ts';
import type { Call, Route } from './route.ts';

const NUMBER = /^\d{1,9}$/;
const ON = /^(?:1|true)$/i;
const OFF = /^(?:0|false)$/i;
const MAX_LEASE_SECONDS = 86_400;

/** The shard of the path's subscribe key, without a promise if it is open. Throws a `Refusal` for a key that is not served. */
export function shardOf({ services, subscribeKey }: Call): Soon<Shard> {
  const problem = services.keysets.subscribeProblem(subscribeKey);
  if (problem) throw problem;
  return services.shards.get(subscribeKey);
}

/** The user who sends the request; `undefined` if it has no user ID. Throws a `Refusal` for an invalid one. */
export function userOf({ query }: Call): string | undefined {
  const user = query.text('uuid');
  return user === undefined ? undefined : checkedUser(user);
}

/**
 * The client of the user that sends the request, if it says which of them it is. Throws a `Refusal` for an invalid text; the
 * rules are those of names.
 */
export function instanceOf({ query }: Call): string | undefined {
  const instance = query.text('instanceid');
  const problem = instance === undefined ? undefined : singleNameProblem(instance);
  if (problem !== undefined) throw accessRefusal(400, `Invalid instanceid: it ${problem}`);
  return instance;
}

/** The user in the path, who need not be the sender. Throws a `Refusal` as `userOf`. */
export function userInPath({ segment }: Call): string {
  return checkedUser(segment('uuid'));
}

function checkedUser(user: string): string {
  const problem = singleNameProblem(user);
  if (problem !== undefined) throw accessRefusal(400, `Invalid uuid: it ${problem}`);
  return user;
}

/** As `nameProblem`, for names that are never in a list, such as user IDs: they may contain commas. */
export function singleNameProblem(name: string): string | undefined {
  return nameProblem(name.replaceAll(',', '_'));
}

/** The channels and groups of a request, each once. */
export interface Names {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The path's channels and the query's groups. An empty list is a single comma. Throws a `Refusal` if there are no names,
 * too many, invalid ones, or too many wildcards that cover one another.
 */
export function namesOf({ query, segment, services }: Call): Names {
  const channels = splitNames(segment('channels'));
  const groups = splitNames(query.get('channel-group'));
  const count = channels.length + groups.length;
  if (count === 0) throw malformed();
  refuseTooManyNames(count, services.limits);
  refuseInvalid('channels', channels);
  refuseInvalid('channel-groups', groups);
  refuseNested(channels, services.limits);
  return { channels, groups };
}

/** Throws a `Refusal` for more names than one request may have. */
export function refuseTooManyNames(count: number, { names }: OriginLimits): void {
  if (count > names) throw accessRefusal(400, `Too Many Names: at most ${names}`);
}

/**
 * Throws a `Refusal` for more wildcards that cover one another than one request may have, since it gets an entry under each.
 * It lists those that are nested too deeply, so that a client can go on without them.
 */
export function refuseNested(names: readonly string[], { nestedWildcards }: OriginLimits): void {
  const channels = nestedBeyond(nestedWildcards, names);
  if (channels.length === 0) return;
  throw accessRefusal(400, `Too Many Nested Wildcards: at most ${nestedWildcards}`, { channels });
}

/** Throws a `Refusal` for more groups than one subscription may have. A group and its presence count as one. */
export function refuseTooManyGroups({ services }: Call, { groups }: Names): void {
  const count = new Set(groups.map(withoutPresence)).size;
  if (count > services.limits.subscribedGroups)
    throw registryRefusal('Maximum channel group count exceeded.');
}

/** `true` for a request with exactly one channel and no group, to which some answers have another shape. */
export function isForOne({ segment }: Call, { channels, groups }: Names): boolean {
  return channels.length === 1 && groups.length === 0 && !segment('channels').includes(',');
}

/** The path's channel. Throws a `Refusal` for an invalid name. */
export function channelOf({ segment }: Call): string {
  const channel = segment('channel');
  if (nameProblem(channel) !== undefined) refuseInvalid('channels', [channel]);
  return channel;
}

/** Throws a `Refusal` that lists the invalid names, so that a client can go on without them. */
export function refuseInvalid(kind: 'channels' | 'channel-groups', names: readonly string[]): void {
  const invalid = names.filter((name) => nameProblem(name) !== undefined);
  const [first] = invalid;
  if (first === undefined) return;
  const what = kind === 'channels' ? 'Channel' : 'Channel Group';
  throw accessRefusal(400, `Invalid ${what}: it ${nameProblem(first)}`, { [kind]: invalid });
}

/** The names of a decoded list, each once. */
export function splitNames(list = ''): string[] {
  return [...new Set(list.split(','))].filter((name) => name !== '').map(ownText);
}

/** The length of the lease that the client asks for, in milliseconds. */
export function leaseOf({ query }: Call): number | undefined {
  const seconds = numberOf(query.get('heartbeat') ?? '') ?? 0;
  return seconds === 0 ? undefined : Math.min(seconds, MAX_LEASE_SECONDS) * 1000;
}

/** The number of a text of at most nine digits. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** The range of a count, whose maximum is also its default. */
export interface CountRange {
  readonly min: 0 | 1;
  readonly max: number;
}

/** A count in the query, at most `max`; `undefined` if it is not a number, or below `min`. */
export function countOf(query: Query, name: string, { min, max }: CountRange): number | undefined {
  const text = query.text(name);
  const count = text === undefined ? max : numberOf(text);
  return count === undefined || count < min ? undefined : Math.min(count, max);
}

/** A flag in the query: `1` and `true` are on, `0` and `false` are off, in any case; other values are the default. */
export function isOn(query: Query, name: string, byDefault = false): boolean {
  const text = query.get(name) ?? '';
  return ON.test(text) || (byDefault && !OFF.test(text));
}

/** The stamp of a timetoken; `undefined` for any other text. */
export function stampOfText(text: string | undefined): Stamp | undefined {
  return isTimetoken(text) ? stampFromCursor(text) : undefined;
}

/** No permission is needed. */
export const needsNothing: Route['needs'] = () => [];

/** A permission on the path's channel. */
export function needsOnChannel(permission: Permission): Route['needs'] {
  return ({ segment }) => [{ resource: 'channels', names: [segment('channel')], permission }];
}

/** Reading the path's channels and the query's groups. */
export const needsToRead: Route['needs'] = (call) => {
  const { channels, groups } = namesOf(call);
  return [
    { resource: 'channels', names: channels, permission: 'read' },
    { resource: 'groups', names: groups, permission: 'read' },
  ];
};

/** A permission on all names of a kind. */
export function needsOnAll(resource: Need['resource'], permission: Permission): Route['needs'] {
  return () => [{ resource, names: [ALL_NAMES], permission }];
}
