import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Verbs } from '../../builder/builder.ts';
import {
  checkAmount,
  checkBoolean,
  checkName,
  checkTimetoken,
  optional,
  requiredListOf,
} from '../../builder/params.ts';
import type { PageVerbs } from '../../builder/verbs.ts';
import type { ChannelName, PayloadOf } from '../../channels.ts';
import { defineEndpoint, type List, type Params, type Values } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { distinct } from '../../wire/values.ts';
import {
  decryptFetched,
  type FetchedMessage,
  type FetchMessagesResult,
  fetchedFrom,
  type WithActions,
} from './fetched.ts';
import { switchText } from './stored.ts';

/** Parameters of `fetchMessages()`. */
export interface FetchMessagesParams extends Params {
  /** Channels whose messages are wanted, at most 500. */
  channels: List<ChannelName<this['~map']>>;
  /** Messages of each channel: at most 100 of one channel, at most 25 of several, which are also the defaults. */
  maximumPerChannel?: number;
  /** Another name of `maximumPerChannel`, which counts when both are given. */
  count?: number;
  /** Messages before this timetoken. The message at it does not count. */
  start?: Timetoken;
  /** Messages from this timetoken on. The message at it counts. */
  end?: Timetoken;
  /** Whether messages come with the `meta` they were published with. Default `false`. */
  includeMeta?: boolean;
  /** Whether messages come with who published them. Default `true`. */
  includeUuid?: boolean;
  /** Whether messages come with their type: a message, or a file. Default `true`. */
  includeMessageType?: boolean;
  /** Whether messages come with the custom type they were published with. Default `false`. */
  includeCustomMessageType?: boolean;
  /** Whether messages come with their actions; of one channel only, and at most 25. Default `false`. */
  includeMessageActions?: boolean;
}

type MessageOf<C, G, K extends string> = G extends { includeMessageActions: true }
  ? WithActions<FetchedMessage<K, PayloadOf<C, K>>>
  : FetchedMessage<K, PayloadOf<C, K>>;

type ChannelsOf<C, G> = G extends { channels: infer N extends string }
  ? { readonly [K in N]?: readonly MessageOf<C, G, K>[] }
  : never;

/** What a `fetchMessages()` builder ends in. */
export interface FetchMessagesVerbs extends Verbs {
  readonly verbs: PageVerbs<FetchMessagesResult<ChannelsOf<this['~map'], this['~given']>>>;
}

const LARGEST_PAGE = 100;
const LARGEST_PAGE_OF_MANY = 25;
const LARGEST_PAGE_WITH_ACTIONS = 25;
const MAX_CHANNELS = 500;

/**
 * `GET /v3/history/sub-key/{sub}/channel/{channels}` (docs/reference/protocol.md, "Fetch messages").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.fetchMessages().channels('room').maximumPerChannel(10).execute();
 * for (const { timetoken, message, uuid } of channels['room'] ?? []) console.log(timetoken, message, uuid);
 * ```
 */
export const fetchMessages = defineEndpoint<FetchMessagesParams, FetchMessagesResult>({
  operation: PNOperationType.PNFetchMessagesOperation,
  params: {
    channels: requiredListOf(checkName, MAX_CHANNELS),
    maximumPerChannel: optional(checkAmount),
    count: optional(checkAmount),
    start: optional(checkTimetoken),
    end: optional(checkTimetoken),
    includeMeta: optional(checkBoolean),
    includeUuid: optional(checkBoolean),
    includeMessageType: optional(checkBoolean),
    includeCustomMessageType: optional(checkBoolean),
    includeMessageActions: optional(checkBoolean),
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

/** How many messages of each channel one page holds. */
export function pageSizeOf(values: Values<FetchMessagesParams>): number {
  const { channels, maximumPerChannel, count, includeMessageActions } = values;
  const ofOne = includeMessageActions ? LARGEST_PAGE_WITH_ACTIONS : LARGEST_PAGE;
  const largest = distinct(channels).length === 1 ? ofOne : LARGEST_PAGE_OF_MANY;
  return Math.min(maximumPerChannel ?? count ?? largest, largest);
}
