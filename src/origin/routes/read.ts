import { nameProblem } from '../../protocol/names.ts';
import { accessRefusal, malformed } from '../http/refusals.ts';
import type { Shard } from '../shard.ts';
import type { Call } from './route.ts';

const SECONDS = /^\d{1,9}$/;
const MAX_LEASE_SECONDS = 86_400;

/** The shard of the path's subscribe key. Throws a `Refusal` for a key that is not served. */
export async function shardOf({ services, segment }: Call): Promise<Shard> {
  const subscribeKey = segment('subscribeKey');
  const problem = services.keysets.subscribeProblem(subscribeKey);
  if (problem) throw problem;
  return services.shards.get(subscribeKey);
}

/** The user who sends the request, if it says so. Throws a `Refusal` for an id that is no name. */
export function userOf({ query }: Call): string | undefined {
  const user = query.text('uuid');
  return user === undefined ? undefined : checkedUser(user);
}

/** The user whom the path names, who need not be the one who sends the request. Throws a `Refusal` as `userOf`. */
export function userInPath({ segment }: Call): string {
  return checkedUser(segment('uuid'));
}

// A user id never stands in a list, so that a comma does no harm in it.
function checkedUser(user: string): string {
  const problem = nameProblem(user.replaceAll(',', '_'));
  if (problem !== undefined) throw accessRefusal(400, `Invalid uuid: it ${problem}`);
  return user;
}

/** Channels and groups that a request names, without doubles. */
export interface Names {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The path's channels and the query's groups. An empty list is a single comma. Throws a `Refusal` when there are
 * none, too many, or such that cannot be names.
 */
export function namesOf({ query, segment, services }: Call): Names {
  const channels = splitNames(segment('channels'));
  const groups = splitNames(query.get('channel-group') ?? '');
  const count = channels.length + groups.length;
  if (count === 0) throw malformed();
  if (count > services.limits.names)
    throw accessRefusal(400, `Too Many Names: at most ${services.limits.names}`);
  refuseInvalid('channels', channels);
  refuseInvalid('channel-groups', groups);
  return { channels, groups };
}

/** Whether a request names exactly one channel and no group: some answers have a shape of their own then. */
export function isForOne({ segment }: Call, { channels, groups }: Names): boolean {
  return channels.length === 1 && groups.length === 0 && !segment('channels').includes(',');
}

/** Refuses what cannot be a name, and tells which, so that a client can go on without it. */
export function refuseInvalid(kind: 'channels' | 'channel-groups', names: readonly string[]): void {
  const invalid = names.filter((name) => nameProblem(name) !== undefined);
  const [first] = invalid;
  if (first === undefined) return;
  const what = kind === 'channels' ? 'Channel' : 'Channel Group';
  throw accessRefusal(400, `Invalid ${what}: it ${nameProblem(first)}`, { [kind]: invalid });
}

/** For how long the client wants to be seen as present without a further sign of life, in milliseconds. */
export function leaseOf({ query }: Call): number | undefined {
  const seconds = query.get('heartbeat') ?? '';
  if (!SECONDS.test(seconds) || Number(seconds) === 0) return undefined;
  return Math.min(Number(seconds), MAX_LEASE_SECONDS) * 1000;
}

/** The names of a decoded list, without doubles. */
export function splitNames(list: string): string[] {
  return [...new Set(list.split(','))].filter((name) => name !== '');
}
