import { isPresenceName, nameProblem } from '../../../protocol/names.ts';
import type { Permission } from '../../../protocol/permissions.ts';
import type { Shard } from '../../shard.ts';
import { type Stamp, stampFromCursor } from '../../store/stamp.ts';
import { shardOf, userOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { actionsRefusal, invalidInput } from './answers.ts';

/** The path of a channel's actions (docs/reference/protocol.md, "Message actions"). */
export const ACTIONS_PATH = '/v1/message-actions/{subscribeKey}/channel/{channel}';

const TIMETOKEN = /^\d{1,17}$/;

/** Declares that a call needs a permission on the path's channel. */
export function needs(permission: Permission): NonNullable<Route['needs']> {
  return ({ segment }) => [{ resource: 'channels', names: [segment('channel')], permission }];
}

/** The shard of the path's subscribe key. Throws a `Refusal` for a key that is not served. */
export async function actionsShard(call: Call): Promise<Shard> {
  const { services, segment } = call;
  if (services.keysets.subscribeProblem(segment('subscribeKey'))) throw actionsRefusal(400, 'Invalid Subkey');
  return shardOf(call);
}

/** The path's channel. Throws a `Refusal` for what cannot be one: on presence channels only the origin speaks. */
export function channelIn({ segment }: Call): string {
  const channel = segment('channel');
  const problem = isPresenceName(channel) ? 'must not end in "-pnpres"' : nameProblem(channel);
  if (problem === undefined) return channel;
  throw invalidInput(`It ${problem}`, 'channel', 'path');
}

/** A timetoken of the path. Throws a `Refusal` where there is none. */
export function stampIn({ segment }: Call, name: string): Stamp {
  const timetoken = segment(name);
  if (TIMETOKEN.test(timetoken)) return stampFromCursor(timetoken);
  throw invalidInput('It must be a timetoken', name, 'path');
}

/** Who asks. Throws a `Refusal` when the request does not say: an action belongs to somebody. */
export function ownerOf(call: Call): string {
  const user = userOf(call);
  if (user === undefined) throw invalidInput('Missing field', 'uuid', 'query');
  return user;
}
