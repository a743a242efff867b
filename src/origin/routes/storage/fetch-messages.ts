import { type Answer, ok } from '../../http/answer.ts';
import type { Query } from '../../http/request.ts';
import type { Shard } from '../../shard.ts';
import type { ActionStore, StoredAction } from '../../store/actions.ts';
import type { StoredEntry } from '../../store/history.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { type ChannelPage, cutToSize } from './cut.ts';
import { boundsOf, rangeOf } from './range.ts';
import { channelsOf, countOf, isOn, jsonObject, needsToReadAll } from './read.ts';
import { invalidArguments } from './refusal.ts';

const MAX_OF_ONE = 100;
const MAX_OF_MANY = 25;
const MAX_WITH_ACTIONS = 25;

/** The messages of some channels (docs/reference/protocol.md, "Fetch messages"). */
export const fetchMessages: Route = {
  operation: 'fetch-messages',
  method: 'GET',
  path: '/v3/history/sub-key/{subscribeKey}/channel/{channels}',
  needs: needsToReadAll,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    return fetched(call, { shard, channels, most: channels.length === 1 ? MAX_OF_ONE : MAX_OF_MANY });
  },
};

/** The messages of one channel with their actions. */
export const fetchMessagesWithActions: Route = {
  operation: 'fetch-messages-with-actions',
  method: 'GET',
  path: '/v3/history-with-actions/sub-key/{subscribeKey}/channel/{channels}',
  needs: needsToReadAll,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    if (channels.length > 1) throw invalidArguments({ channels: {} });
    return fetched(call, { shard, channels, most: MAX_WITH_ACTIONS, actions: shard.actions });
  },
};

interface Wanted {
  readonly shard: Shard;
  readonly channels: readonly string[];
  readonly most: number;
  /** Where the actions are, when they are wanted. */
  readonly actions?: ActionStore;
}

async function fetched(call: Call, { shard, channels, most, actions }: Wanted): Promise<Answer> {
  const { query, services } = call;
  const bounds = boundsOf(query);
  const max = countOf(query, 'max', most);
  if (!bounds || max === undefined) throw invalidArguments({ channels: {} });
  const wanted = { ...rangeOf(bounds, false), max, reverse: false };
  const write = writer(query);
  const pages: ChannelPage[] = [];
  for (const channel of channels) {
    const entries = await shard.history.read(channel, wanted);
    const stamps = entries.map(({ tt }) => tt);
    const actionsOf = await actions?.of(channel, stamps);
    const items = entries.map((entry) => ({ tt: entry.tt, json: write(entry, actionsOf?.get(entry.tt)) }));
    if (items.length > 0) pages.push({ channel, items });
  }
  const cut = cutToSize(pages, services.limits.answerBytes);
  const taken = channels.length === 1 ? (cut.pages[0]?.items.length ?? 0) : 0;
  return ok(answer(call, max - taken, cut));
}

type Cut = ReturnType<typeof cutToSize>;

function answer({ request }: Call, max: number, { pages, start }: Cut): string {
  const channels = jsonObject(
    pages.map(({ channel, items }) => [channel, `[${items.map(({ json }) => json).join(',')}]`]),
  );
  const url = `${request.target.split('?', 1)[0]}?start=${start}&max=${max}`;
  const more = start === undefined ? '' : `, "more": ${JSON.stringify({ url, start, max })}`;
  return `{"status": 200, "error": false, "error_message": "", "channels": ${channels}${more}}`;
}

// An entry as JSON text, with what is asked for.
function writer(query: Query): (entry: StoredEntry, actions?: readonly StoredAction[]) => string {
  const withUser = isOn(query, 'include_uuid');
  const withKind = isOn(query, 'include_message_type');
  const withCustomType = isOn(query, 'include_custom_message_type');
  const withMeta = isOn(query, 'include_meta');
  return ({ payload, tt, publisher = '', kind, customMessageType, meta = '""' }, actions) => {
    const members = [
      `"message":${payload},"timetoken":"${tt}"`,
      withUser && `"uuid":${JSON.stringify(publisher)}`,
      withKind && `"message_type":${kind ?? null}`,
      withMeta && `"meta":${meta}`,
      withCustomType &&
        customMessageType !== undefined &&
        `"custom_message_type":${JSON.stringify(customMessageType)}`,
      actions && `"actions":${byTypeAndValue(actions)}`,
    ];
    return `{${members.filter(Boolean).join(',')}}`;
  };
}

function byTypeAndValue(actions: readonly StoredAction[]): string {
  const byType = Map.groupBy(actions, ({ type }) => type);
  const types = Array.from(byType, ([type, ofType]) => {
    const byValue = Map.groupBy(ofType, ({ value }) => value);
    const values = Array.from(byValue, ([value, same]) => {
      const users = same.map(({ user, tt }) => ({ uuid: user, actionTimetoken: tt }));
      return [value, JSON.stringify(users)] as const;
    });
    return [type, jsonObject(values)] as const;
  });
  return jsonObject(types);
}
