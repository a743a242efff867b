import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkName, checkTimetoken, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { type Done, recordAt } from '../../wire/read.ts';
import { type Announced, announcedFrom } from './action.ts';

/** Parameters of `removeMessageAction()`. */
export interface RemoveMessageActionParams extends Params {
  /** Channel of the message. */
  channel: ChannelName<this['~map']>;
  /** The message's timetoken. */
  messageTimetoken: Timetoken;
  /** The action's own timetoken. Only who added an action can remove it. */
  actionTimetoken: Timetoken;
}

/** Result of `removeMessageAction()`. */
export interface RemoveMessageActionResult extends Announced {
  readonly data: Done;
}

/**
 * `DELETE /v1/message-actions/{sub}/channel/{channel}/message/{timetoken}/action/{timetoken}`
 * (docs/reference/protocol.md, "Message actions").
 *
 * @example
 * ```ts
 * const { data } = await pubnub.getMessageActions().channel('room').execute();
 * for (const { messageTimetoken, actionTimetoken } of data)
 *   await pubnub.removeMessageAction({ channel: 'room', messageTimetoken, actionTimetoken }).execute();
 * ```
 */
export const removeMessageAction = defineEndpoint<RemoveMessageActionParams, RemoveMessageActionResult>({
  operation: PNOperationType.PNRemoveMessageActionOperation,
  method: 'DELETE',
  params: {
    channel: required(checkName),
    messageTimetoken: required(checkTimetoken),
    actionTimetoken: required(checkTimetoken),
  },
  path: ({ channel, messageTimetoken, actionTimetoken }, keys) =>
    path`/v1/message-actions/${keys.subscribeKey}/channel/${channel}/message/${messageTimetoken}/action/${actionTimetoken}`,
  // Repeated, it would be refused as there is nothing left to remove.
  retry: 'not-sent',
  parse: (answer) => {
    recordAt(answer.body);
    return { data: {}, ...announcedFrom(answer) };
  },
});
