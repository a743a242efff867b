import { LARGEST_PAGE } from '../../../protocol/limits.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import type { Verbs } from '../../builder/builder.ts';
import type { Paging } from '../../builder/paging.ts';
import {
  checkAmount,
  checkBoolean,
  checkName,
  checkTimetoken,
  optional,
  requiredListOf,
} from '../../builder/params.ts';
import type { PageVerbs } from '../../builder/verbs.ts';
import type { ChannelName, PayloadOf, Received } from '../../channels.ts';
import { defineEndpoint, type List, type Params, type Values } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { SENT } from '../../wire/encrypted.ts';
import { distinct } from '../../wire/values.ts';
import {
  decryptFetched,
  type FetchedMessage,
  type FetchMessagesResult,
  fetchedFrom,
  switchText,
  type WithActions,
  wholeMetaOf,
} from './fetched.ts';

/** Parameters of `fetchMessages()`. */
export interface FetchMessagesParams extends Params {
  /** Channels whose messages are read, at most 500. */
  channels: List<ChannelName<this['~map']>>;
  /** Largest number of messages per channel: 100 for one channel, 25 for several. These are also the defaults. */
  maximumPerChannel?: number;
  /** Alias of `maximumPerChannel`, which takes precedence. */
  count?: number;
  /** Read messages before this timetoken, exclusive. */
  start?: Timetoken;
  /** Read messages from this timetoken on, inclusive. */
  end?: Timetoken;
  /** Whether messages come with the `meta` they were published with. Default `false`. */
  includeMeta?: boolean;
  /** Include the publisher of messages. Default `true`. */
  includeUuid?: boolean;
  /** Include the type of messages: message or file. Default `true`. */
  includeMessageType?: boolean;
  /** Include the custom type of messages. Default `false`. */
  includeCustomMessageType?: boolean;
  /** Include the actions of messages. One channel only, at most 25 messages. Default `false`. */
  includeMessageActions?: boolean;
}

type MessageOf<C, G, K extends string> = G extends { includeMessageActions: true }
  ? WithActions<FetchedMessage<K, Received<PayloadOf<C, K>>>>
  : FetchedMessage<K, Received<PayloadOf<C, K>>>;

type ChannelsOf<C, G> = G extends { channels: infer N extends string }
  ? { readonly [K in N]?: readonly MessageOf<C, G, K>[] }
  : never;

/** The verbs of a `fetchMessages()` builder. */
export interface FetchMessagesVerbs extends Verbs {
  readonly verbs: PageVerbs<FetchMessagesResult<ChannelsOf<this['~map'], this['~given']>>>;
}

const LARGEST_PAGE_OF_MANY = 25;
const LARGEST_PAGE_WITH_ACTIONS = 25;
/** Largest number of channels in one call. */
export const MAX_CHANNELS = 500;

const include = optional(checkBoolean);

/** `GET /v3/history/sub-key/{sub}/channel/{channels}` (docs/reference/protocol.md, "Fetch messages"). */
export const fetchMessages = defineEndpoint<FetchMessagesParams, FetchMessagesResult>({
  operation: 'PNFetchMessagesOperation',
  params: {
    channels: requiredListOf(checkName, MAX_CHANNELS),
    maximumPerChannel: optional(checkAmount),
    count: optional(checkAmount),
    start: optional(checkTimetoken),
    end: optional(checkTimetoken),
    includeMeta: include,
    includeUuid: include,
    includeMessageType: include,
    includeCustomMessageType: include,
    includeMessageActions: include,
  },
  conflict: ({ channels, includeMessageActions }) => {
    const { length } = distinct(channels);
    return includeMessageActions && length > 1
      ? `includeMessageActions needs one channel, not ${length}: ask for each channel by itself`
      : undefined;
  },
  path: ({ channels, includeMessageActions }, keys) => {
    const service = includeMessageActions ? 'history-with-actions' : 'history';
    return path`/v3/${service}/sub-key/${keys.subscribeKey}/channel/${encodeNames(distinct(channels))}`;
  },
  query: (values) => ({
    max: pageSizeOf(values),
    start: values.start,
    end: values.end,
    include_uuid: values.includeUuid === false ? undefined : 'true',
    include_message_type: values.includeMessageType === false ? undefined : 'true',
    include_custom_message_type: switchText(values.includeCustomMessageType),
    include_meta: values.includeMeta ? 'true' : undefined,
  }),
  retry: 'safe',
  parse: fetchedFrom,
  decrypt: decryptFetched,
});

/** The same, with the ids of messages in their `meta`, and with their payloads as the server sent them. */
export const fetchStored = defineEndpoint<FetchMessagesParams, FetchMessagesResult>({
  ...fetchMessages,
  parse: (answer, asked) =>
    fetchedFrom(answer, asked, (item) => ({ ...wholeMetaOf(item), [SENT]: item['message'] })),
});

function pageSizeOf(values: Values<FetchMessagesParams>): number {
  const { channels, maximumPerChannel, count, includeMessageActions } = values;
  const ofOne = includeMessageActions ? LARGEST_PAGE_WITH_ACTIONS : LARGEST_PAGE;
  const largest = distinct(channels).length === 1 ? ofOne : LARGEST_PAGE_OF_MANY;
  return Math.min(maximumPerChannel ?? count ?? largest, largest);
}

/**
 * Backwards in time. The first page is asked for all channels at once; then each channel that has more goes on by itself,
 * one after the other and round again: each is at another place in time.
 */
export const messagePaging: Paging<FetchMessagesParams, FetchMessagesResult> = {
  place: ['channels', 'start', 'end'],
  pageIn: (_asked, answer) =>
    Object.values(answer.channels).some((messages) => messages?.length) ? answer : undefined,
  next: (asked, answer) =>
    distinct(asked.channels).flatMap((channel) => {
      const start = placeAfter(answer, channel, pageSizeOf(asked));
      return start === undefined ? [] : [{ channels: [channel], start, ...floorOf(asked) }];
    }),
};

// `undefined` if all of the channel has been seen.
function placeAfter(
  { channels, more }: FetchMessagesResult,
  channel: string,
  pageSize: number,
): Timetoken | undefined {
  const messages = channels[channel] ?? [];
  return messages.length >= pageSize || more ? (messages[0]?.timetoken ?? more?.start) : undefined;
}

// `start` and `end` may come in either order, and only `end` counts. Here `start` moves, so that the other must stay
// below it: what is after `start` is what is from its successor on.
function floorOf({ start, end }: Values<FetchMessagesParams>): { readonly end?: Timetoken } {
  if (start === undefined || end === undefined || compareTimetokens(start, end) >= 0) return {};
  return { end: timetokenFromBigInt(timetokenToBigInt(start) + 1n) };
}
