import { ok } from '../http/answer.ts';
import { listen, presentOn } from './listening.ts';
import { needsToRead } from './needs.ts';
import { leaseOf, namesOf, shardOf, userOf } from './read.ts';
import type { Route } from './route.ts';
import { statesOf } from './state.ts';

/** A sign of life (docs/reference/protocol.md, "Presence endpoints"). */
export const heartbeat: Route = {
  operation: 'heartbeat',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}/heartbeat',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userOf(call);
    const listening = await listen(shard, namesOf(call));
    const states = statesOf(call, listening);
    const channels = presentOn(listening);
    if (user !== undefined) await shard.attendance.seen({ user, channels, leaseMs: leaseOf(call), states });
    return ok('{"status": 200, "message": "OK", "service": "Presence"}');
  },
};
