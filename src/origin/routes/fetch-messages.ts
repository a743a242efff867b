import type { Answer } from '../http/answer.ts';
import type { Query } from '../http/request.ts';
import type { Shard } from '../shard.ts';
import type { StoredAction } from '../store/actions.ts';
import type { StoredEntry } from '../store/history.ts';
import type { Stamp } from '../store/stamp.ts';
import {
  boundsOf,
  channelsAnswer,
  channelsOf,
  invalidArguments,
  jsonObject,
  needsToReadChannels,
  rangeOf,
} from './history.ts';
import { countOf, isOn, shardOf } from './read.ts';
import type { Call, Route } from './route.ts';

const MAX_OF_ONE = 100;
const MAX_OF_MANY = 25;
const MAX_WITH_ACTIONS = 25;

/** The messages of some channels (docs/reference/protocol.md, "Fetch messages"). */
export const fetchMessages: Route = {
  operation: 'fetch-messages',
  method: 'GET',
  path: '/v3/history/sub-key/{subscribeKey}/channel/{channels}',
  needs: needsToReadChannels,
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
  needs: needsToReadChannels,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    if (channels.length > 1) throw invalidArguments({ channels: {} });
    return fetched(call, { shard, channels, most: MAX_WITH_ACTIONS, withActions: true });
  },
};

interface Wanted {
  readonly shard: Shard;
  readonly channels: readonly string[];
  readonly most: number;
  /** With the actions on the messages of a single channel. */
  readonly withActions?: boolean;
}

async function fetched(call: Call, { shard, channels, most, withActions = false }: Wanted): Promise<Answer> {
  const { query, services } = call;
  const bounds = boundsOf(query);
  const max = countOf(query, 'max', { min: 1, max: most });
  if (!bounds || max === undefined) throw invalidArguments({ channels: {} });
  const wanted = { ...rangeOf(bounds, false), max, reverse: false };
  const write = writer(query);
  const found = await shard.history.read(channels, wanted);
  const [only, ...others] = found;
  const actions = withActions && only && others.length === 0 ? await actionsOn(shard, ...only) : undefined;
  const pages = Array.from(found, ([channel, entries]): ChannelPage => {
    const items = entries.map((entry) => ({ tt: entry.tt, json: write(entry, actions?.get(entry.tt)) }));
    return { channel, items };
  });
  const cut = cutToSize(pages, services.limits.answerBytes);
  const taken = channels.length === 1 ? (cut.pages[0]?.items.length ?? 0) : 0;
  return answer(call, max - taken, cut);
}

function actionsOn({ actions }: Shard, channel: string, entries: readonly StoredEntry[]) {
  const stamps = entries.map(({ tt }) => tt);
  return actions.of(channel, stamps);
}

function answer({ request }: Call, max: number, { pages, start }: Cut): Answer {
  const channels = pages.map(
    ({ channel, items }) => [channel, `[${items.map(({ json }) => json).join(',')}]`] as const,
  );
  const url = `${request.target.split('?', 1)[0]}?start=${start}&max=${max}`;
  return channelsAnswer(channels, start && `, "more": ${JSON.stringify({ url, start, max })}`);
}

// Prints an entry as JSON text, with the members that the query asks for.
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

/** The items of one channel in an answer, oldest first. */
export interface ChannelPage {
  readonly channel: string;
  readonly items: readonly { readonly tt: Stamp; readonly json: string }[];
}

/** Pages after a cut. `start` is where the rest begins, if something was cut off. */
interface Cut {
  readonly pages: readonly ChannelPage[];
  readonly start: Stamp | undefined;
}

/**
 * The newest items of all channels together that fit `maxBytes` characters, and at least one. All channels are cut at the
 * same stamp, so that a client can go on from there without a loss or a copy.
 */
export function cutToSize(pages: readonly ChannelPage[], maxBytes: number): Cut {
  const all = pages.flatMap(({ items }) => items);
  if (all.reduce((sum, { json }) => sum + json.length, 0) <= maxBytes) return { pages, start: undefined };
  all.sort((a, b) => (a.tt < b.tt ? 1 : -1));
  let size = 0;
  let count = 0;
  for (const { json } of all) {
    size += json.length;
    if (size > maxBytes && count > 0) break;
    count++;
  }
  const oldest = all[count - 1];
  if (!oldest || count === all.length) return { pages, start: undefined };
  const left = pages.map(({ channel, items }) => ({
    channel,
    items: items.filter(({ tt }) => tt >= oldest.tt),
  }));
  return { pages: left.filter(({ items }) => items.length > 0), start: oldest.tt };
}
