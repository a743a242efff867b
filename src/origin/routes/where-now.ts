import { json } from '../http/answer.ts';
import { needsNothing } from './needs.ts';
import { shardOf, userInPath } from './read.ts';
import type { Route } from './route.ts';

/** On which channels a user is present (docs/reference/protocol.md, "Where now"). */
export const whereNow: Route = {
  operation: 'where-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/uuid/{uuid}',
  needs: needsNothing,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = await shard.presence.whereNow(userInPath(call));
    return json(200, { status: 200, message: 'OK', payload: { channels }, service: 'Presence' });
  },
};
