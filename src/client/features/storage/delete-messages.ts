import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkName, checkTimetoken, optional, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { type Done, done } from '../../wire/read.ts';

/** Parameters of `deleteMessages()`. Without `start` and `end`, all messages of the channel are deleted. */
export interface DeleteMessagesParams extends Params {
  /** Channel whose messages are deleted. */
  channel: ChannelName<this['~map']>;
  /** Messages before this timetoken. The message at it stays. */
  start?: Timetoken;
  /** Messages from this timetoken on. The message at it is deleted too. */
  end?: Timetoken;
}

/** Result of `deleteMessages()`: that it succeeded. */
export type DeleteMessagesResult = Done;

/**
 * `DELETE /v3/history/sub-key/{sub}/channel/{channel}` (docs/reference/protocol.md, "Delete messages").
 *
 * @example
 * ```ts
 * await pubnub.deleteMessages().channel('room').start('17000000000000000').end('16000000000000000').execute();
 * ```
 */
export const deleteMessages = defineEndpoint<DeleteMessagesParams, DeleteMessagesResult>({
  operation: PNOperationType.PNDeleteMessagesOperation,
  method: 'DELETE',
  params: {
    channel: required(checkName),
    start: optional(checkTimetoken),
    end: optional(checkTimetoken),
  },
  path: ({ channel }, keys) => path`/v3/history/sub-key/${keys.subscribeKey}/channel/${channel}`,
  query: ({ start, end }) => ({ start, end }),
  // Repeated later, an open range would take messages with it that were published in the meantime.
  retry: 'not-sent',
  parse: done,
});
