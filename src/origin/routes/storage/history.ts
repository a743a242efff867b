import { ok } from '../../http/answer.ts';
import type { Query } from '../../http/request.ts';
import type { StoredEntry } from '../../store/history.ts';
import type { Stamp } from '../../store/stamp.ts';
import { needsOnChannel } from '../needs.ts';
import { refuseInvalid, shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { boundsOf, rangeOf } from './range.ts';
import { countOf, isOn } from './read.ts';
import { invalidArguments } from './refusal.ts';

const MAX_ENTRIES = 100;

/** The messages of one channel (docs/reference/protocol.md, "History"). */
export const history: Route = {
  operation: 'history',
  method: 'GET',
  path: '/v2/history/sub-key/{subscribeKey}/channel/{channel}',
  needs: needsOnChannel('read'),
  async handle(call) {
    const { query, segment } = call;
    const shard = await shardOf(call);
    const channel = segment('channel');
    refuseInvalid('channels', [channel]);
    const bounds = boundsOf(query);
    const max = countOf(query, 'count', MAX_ENTRIES);
    if (!bounds || max === undefined) throw invalidArguments();
    const reverse = isOn(query, 'reverse');
    const entries = await shard.history.read(channel, { ...rangeOf(bounds, reverse), max, reverse });
    return ok(answer(entries, query));
  },
};

function answer(entries: readonly StoredEntry[], query: Query): string {
  const timetoken = isOn(query, 'string_message_token') ? quoted : bare;
  const withToken = isOn(query, 'include_token');
  const withMeta = isOn(query, 'include_meta');
  const items = entries.map(({ payload, tt, meta = '""' }) => {
    if (!withToken && !withMeta) return payload;
    const token = withToken ? `,"timetoken":${timetoken(tt)}` : '';
    return `{"message":${payload}${token}${withMeta ? `,"meta":${meta}` : ''}}`;
  });
  const [first, last] = [entries.at(0), entries.at(-1)];
  const page = first && last ? `${timetoken(first.tt)},${timetoken(last.tt)}` : '0,0';
  return `[[${items.join(',')}],${page}]`;
}

// Timetokens are numbers here, whose digits are written as they are: no number in JavaScript could hold them.
function bare(tt: Stamp): string {
  return tt.replace(/^0+(?=\d)/, '');
}

function quoted(tt: Stamp): string {
  return `"${tt}"`;
}
