import { json } from '../http/answer.ts';
import { presenceRefusal } from '../http/refusals.ts';
import { listen, presentOn } from './listening.ts';
import { needsToRead } from './needs.ts';
import { namesOf, shardOf, userInPath } from './read.ts';
import type { Call, Route } from './route.ts';
import { objectFrom, stateText } from './state.ts';

/** Sets the state of a user, present or not (docs/reference/protocol.md, "Presence state"). */
export const setState: Route = {
  operation: 'set-state',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}/uuid/{uuid}/data',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userInPath(call);
    const names = namesOf(call);
    const payload = stateOf(call);
    const channels = presentOn(await listen(shard, names));
    const state = stateText(payload);
    await shard.attendance.setState(user, new Map(channels.map((channel) => [channel, state])));
    return json(200, { status: 200, message: 'OK', payload, service: 'Presence' });
  },
};

function stateOf({ query }: Call): object {
  const text = query.text('state');
  if (text === undefined) throw presenceRefusal('No state specified.');
  return objectFrom(text);
}
