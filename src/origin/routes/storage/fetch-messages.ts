import { ok } from '../../http/answer.ts';
import type { Query } from '../../http/request.ts';
import type { StoredEntry } from '../../store/history.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { type ChannelPage, cutToSize } from './cut.ts';
import { boundsOf, rangeOf } from './range.ts';
import { byChannel, channelsOf, countOf, isOn } from './read.ts';
import { invalidArguments } from './refusal.ts';

const MAX_OF_ONE = 100;
const MAX_OF_MANY = 25;

/** The messages of some channels (docs/reference/protocol.md, "Fetch messages"). */
export const fetchMessages: Route = {
  operation: 'fetch-messages',
  method: 'GET',
  path: '/v3/history/sub-key/{subscribeKey}/channel/{channels}',
  async handle(call) {
    const { query, services } = call;
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    const bounds = boundsOf(query);
    const max = countOf(query, 'max', channels.length === 1 ? MAX_OF_ONE : MAX_OF_MANY);
    if (!bounds || max === undefined) throw invalidArguments({ channels: {} });
    const wanted = { ...rangeOf(bounds, false), max, reverse: false };
    const write = writer(query);
    const pages: ChannelPage[] = [];
    for (const channel of channels) {
      const entries = await shard.history.read(channel, wanted);
      const items = entries.map((entry) => ({ tt: entry.tt, json: write(entry) }));
      if (items.length > 0) pages.push({ channel, items });
    }
    const cut = cutToSize(pages, services.limits.answerBytes);
    const taken = channels.length === 1 ? (cut.pages[0]?.items.length ?? 0) : 0;
    return ok(answer(call, max - taken, cut));
  },
};

type Cut = ReturnType<typeof cutToSize>;

function answer({ request }: Call, max: number, { pages, start }: Cut): string {
  const channels = byChannel(
    pages.map(({ channel, items }) => [channel, `[${items.map(({ json }) => json).join(',')}]`]),
  );
  const url = `${request.target.split('?', 1)[0]}?start=${start}&max=${max}`;
  const more = start === undefined ? '' : `, "more": ${JSON.stringify({ url, start, max })}`;
  return `{"status": 200, "error": false, "error_message": "", "channels": ${channels}${more}}`;
}

// An entry as JSON text, with what is asked for.
function writer(query: Query): (entry: StoredEntry) => string {
  const withUser = isOn(query, 'include_uuid');
  const withKind = isOn(query, 'include_message_type');
  const withCustomType = isOn(query, 'include_custom_message_type');
  const withMeta = isOn(query, 'include_meta');
  return ({ payload, tt, publisher = '', kind, customMessageType, meta = '""' }) => {
    const members = [
      `"message":${payload},"timetoken":"${tt}"`,
      withUser && `"uuid":${JSON.stringify(publisher)}`,
      withKind && `"message_type":${kind ?? null}`,
      withMeta && `"meta":${meta}`,
      withCustomType &&
        customMessageType !== undefined &&
        `"custom_message_type":${JSON.stringify(customMessageType)}`,
    ];
    return `{${members.filter((member) => member !== false).join(',')}}`;
  };
}
