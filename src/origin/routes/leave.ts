import { ok } from '../http/answer.ts';
import { listen, presentOn } from './listening.ts';
import { needsNothing } from './needs.ts';
import { namesOf, shardOf, userOf } from './read.ts';
import type { Route } from './route.ts';

/** A user says good-bye to channels (docs/reference/protocol.md, "Presence endpoints"). */
export const leave: Route = {
  operation: 'leave',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}/leave',
  needs: needsNothing,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userOf(call);
    const listening = await listen(shard, namesOf(call));
    if (user !== undefined) await shard.attendance.leave(user, presentOn(listening));
    return ok('{"status": 200, "action": "leave", "message": "OK", "service": "Presence"}');
  },
};
