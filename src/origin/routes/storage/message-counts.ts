import { isTimetoken } from '../../../protocol/timetoken.ts';
import { ok } from '../../http/answer.ts';
import type { Query } from '../../http/request.ts';
import { type Stamp, stampFromCursor } from '../../store/stamp.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { rangeOf } from './range.ts';
import { channelsOf, jsonObject, needsToReadAll } from './read.ts';
import { invalidArguments } from './refusal.ts';

/** How many messages came after a timetoken (docs/reference/protocol.md, "Message counts"). */
export const messageCounts: Route = {
  operation: 'message-counts',
  method: 'GET',
  path: '/v3/history/sub-key/{subscribeKey}/message-counts/{channels}',
  needs: needsToReadAll,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    const since = sinceOf(call.query, channels.length);
    const counts: [string, string][] = [];
    for (const [index, channel] of channels.entries()) {
      const start = since[index % since.length];
      const count = await shard.history.count(channel, rangeOf({ start, end: undefined }, true));
      counts.push([channel, `${count}`]);
    }
    const channelCounts = jsonObject(counts);
    return ok(`{"status": 200, "error": false, "error_message": "", "channels": ${channelCounts}}`);
  },
};

// One timetoken for all channels, or one for each.
function sinceOf(query: Query, channels: number): readonly Stamp[] {
  const one = query.text('timetoken');
  const each = query.text('channelsTimetoken');
  const given = (one ?? each ?? '').split(',');
  const fits =
    one === undefined || each === undefined ? given.length === 1 || given.length === channels : false;
  if (!fits || !given.every(isTimetoken)) throw invalidArguments({ channels: {} });
  return given.map(stampFromCursor);
}
