import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkName, checkTimetoken, requiredListOf } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { mapped, recordAt } from '../../wire/read.ts';
import { wholeNumber } from './stored.ts';

/** Parameters of `messageCounts()`. */
export interface MessageCountsParams extends Params {
  /** Channels whose messages are counted, at most 500. */
  channels: List<ChannelName<this['~map']>>;
  /** Messages after this timetoken are counted: one for all channels, or as many as channels, in their order. */
  channelTimetokens: List<Timetoken>;
}

/** Result of `messageCounts()`. */
export interface MessageCountsResult {
  /** Messages by channel. No prototype. */
  readonly channels: Readonly<Record<string, number>>;
}

const MAX_CHANNELS = 500;

/**
 * `GET /v3/history/sub-key/{sub}/message-counts/{channels}` (docs/reference/protocol.md, "Message counts").
 *
 * @example
 * ```ts
 * const seen = '17000000000000000';
 * const { channels } = await pubnub.messageCounts().channels('room', 'news').channelTimetokens(seen).execute();
 * console.log(channels['room'], channels['news']);
 * ```
 */
export const messageCounts = defineEndpoint<MessageCountsParams, MessageCountsResult>({
  operation: PNOperationType.PNMessageCountsOperation,
  params: {
    channels: requiredListOf(checkName, MAX_CHANNELS),
    channelTimetokens: requiredListOf(checkTimetoken),
  },
  conflict: ({ channels, channelTimetokens: { length } }) =>
    length === 1 || length === channels.length
      ? undefined
      : `channelTimetokens must be one, or as many as channels: ${channels.length}, not ${length}`,
  path: ({ channels }, keys) =>
    path`/v3/history/sub-key/${keys.subscribeKey}/message-counts/${encodeNames(channels)}`,
  query: ({ channelTimetokens }) =>
    channelTimetokens.length === 1
      ? { timetoken: channelTimetokens[0] }
      : { channelsTimetoken: channelTimetokens.join(',') },
  retry: 'safe',
  parse: ({ body }) => ({ channels: mapped(recordAt(body, 'channels'), wholeNumber) }),
});
