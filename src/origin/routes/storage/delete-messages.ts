import { ok } from '../../http/answer.ts';
import { needsOnChannel } from '../needs.ts';
import { refuseInvalid, shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { boundsOf, rangeOf } from './range.ts';
import { invalidArguments } from './refusal.ts';

/** Deletes messages of one channel (docs/reference/protocol.md, "Delete messages"). */
export const deleteMessages: Route = {
  operation: 'delete-messages',
  method: 'DELETE',
  path: '/v3/history/sub-key/{subscribeKey}/channel/{channel}',
  needs: needsOnChannel('delete'),
  async handle(call) {
    const shard = await shardOf(call);
    const channel = call.segment('channel');
    refuseInvalid('channels', [channel]);
    const bounds = boundsOf(call.query);
    if (!bounds) throw invalidArguments();
    await shard.history.remove(channel, rangeOf(bounds, false));
    return ok('{"status": 200, "error": false, "error_message": ""}');
  },
};
