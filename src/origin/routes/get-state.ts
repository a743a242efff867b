import { ok } from '../http/answer.ts';
import { listen, presentOn } from './listening.ts';
import { needsToRead } from './needs.ts';
import { isForOne, namesOf, shardOf, userInPath } from './read.ts';
import type { Route } from './route.ts';

const NO_STATE = '{}';

/** The state of a user: of one channel alone, or by channel (docs/reference/protocol.md, "Presence state"). */
export const getState: Route = {
  operation: 'get-state',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}/uuid/{uuid}',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userInPath(call);
    const names = namesOf(call);
    const channels = presentOn(await listen(shard, names));
    const states = await shard.presence.getState(user, channels);
    const stateOn = (channel: string) => states.get(channel) ?? NO_STATE;
    const start = `{"status":200,"message":"OK","service":"Presence","uuid":${JSON.stringify(user)}`;
    const [channel] = names.channels;
    if (channel !== undefined && isForOne(call, names))
      return ok(`${start},"channel":${JSON.stringify(channel)},"payload":${stateOn(channel)}}`);
    const items = channels.map((name) => `${JSON.stringify(name)}:${stateOn(name)}`);
    return ok(`${start},"payload":{"channels":{${items.join(',')}}}}`);
  },
};
