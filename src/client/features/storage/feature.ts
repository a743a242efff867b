import type { Timetoken } from '../../../protocol/timetoken.ts';
import { operation } from '../../builder/operation.ts';
import { checkName, checkTimetoken, optional, required, requiredListOf } from '../../builder/params.ts';
import { pageVerbs, rest, restVerbs } from '../../builder/verbs.ts';
import type { ChannelName } from '../../channels.ts';
import type { List, Params } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import { encodeNames, path } from '../../request/path.ts';
import { type Done, done, mapped, recordAt } from '../../wire/read.ts';
import {
  type FetchMessagesParams,
  type FetchMessagesVerbs,
  fetchMessages,
  MAX_CHANNELS,
  messagePaging,
} from './fetch-messages.ts';
import { wholeNumber } from './fetched.ts';
import { type HistoryParams, type HistoryVerbs, history } from './history.ts';
import { lookUp } from './look-up.ts';
import { storageBackfill } from './storage-backfill.ts';

/** Parameters of `messageCounts()`. */
export interface MessageCountsParams extends Params {
  /** Channels whose messages are counted, at most 500. */
  channels: List<ChannelName<this['~map']>>;
  /** Count messages after this timetoken: one for all channels, or one for each channel, in the same order. */
  channelTimetokens: List<Timetoken>;
}

/** Result of `messageCounts()`. */
export interface MessageCountsResult {
  /** Messages by channel; the record has no prototype. */
  readonly channels: Readonly<Record<string, number>>;
}

/** Parameters of `deleteMessages()`. Without `start` and `end`, all messages of the channel are deleted. */
export interface DeleteMessagesParams extends Params {
  /** Channel whose messages are deleted. */
  channel: ChannelName<this['~map']>;
  /** Delete messages before this timetoken, exclusive. */
  start?: Timetoken;
  /** Delete messages from this timetoken on, inclusive. */
  end?: Timetoken;
}

/** Result of `deleteMessages()`: it has no fields. */
export type DeleteMessagesResult = Done;

/** The operations on stored messages; the option `recovery`, `withLast()` of a subscription, and the search for a publish. */
export const storage = defineFeature({
  name: 'storage',
  history: storageBackfill,
  lookUp,
  builders: {
    /**
     * Reads the stored messages of one channel.
     *
     * @example
     * ```ts
     * const { messages } = await pubnub.history().channel('room').count(10).execute();
     * for (const { timetoken, entry } of messages) console.log(timetoken, entry);
     * ```
     */
    history: operation<HistoryParams, HistoryVerbs>(history, restVerbs(history)),
    /**
     * Reads the stored messages of one or many channels.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.fetchMessages().channels('room').maximumPerChannel(10).execute();
     * for (const { timetoken, message, uuid } of channels['room'] ?? []) console.log(timetoken, message, uuid);
     * ```
     */
    fetchMessages: operation<FetchMessagesParams, FetchMessagesVerbs>(
      fetchMessages,
      pageVerbs(fetchMessages, messagePaging),
    ),
    /**
     * Counts the messages after a timetoken.
     *
     * @example
     * ```ts
     * const seen = '17000000000000000';
     * const { channels } = await pubnub.messageCounts().channels('room', 'news').channelTimetokens(seen).execute();
     * console.log(channels['room'], channels['news']);
     * ```
     */
    messageCounts: rest<MessageCountsParams, MessageCountsResult>({
      operation: 'PNMessageCountsOperation',
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
    }),
    /**
     * Deletes stored messages of a channel.
     *
     * @example
     * ```ts
     * await pubnub.deleteMessages().channel('room').start('17000000000000000').end('16000000000000000').execute();
     * ```
     */
    deleteMessages: rest<DeleteMessagesParams, DeleteMessagesResult>({
      operation: 'PNDeleteMessagesOperation',
      method: 'DELETE',
      params: {
        channel: required(checkName),
        start: optional(checkTimetoken),
        end: optional(checkTimetoken),
      },
      path: ({ channel }, keys) => path`/v3/history/sub-key/${keys.subscribeKey}/channel/${channel}`,
      query: ({ start, end }) => ({ start, end }),
      // Repeated later, an open range would delete messages that were published in the meantime.
      retry: 'not-sent',
      parse: done,
    }),
  },
});
