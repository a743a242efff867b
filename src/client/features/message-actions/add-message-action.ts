import { MAX_ACTION_TYPE_LENGTH } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkName, checkTimetoken, copied, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { type Check, defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { at, isText } from '../../wire/read.ts';
import { type Announced, actionFrom, announcedFrom, type MessageAction } from './action.ts';

/** Parameters of `addMessageAction()`. */
export interface AddMessageActionParams extends Params {
  /** Channel of the message. */
  channel: ChannelName<this['~map']>;
  /** The message's timetoken. */
  messageTimetoken: Timetoken;
  /** What to add: `{ type: 'reaction', value: 'smile' }`. A type has at most 15 characters. */
  action: { readonly type: string; readonly value: string };
}

/** Result of `addMessageAction()`. */
export interface AddMessageActionResult extends Announced {
  /** The action as it is kept. */
  readonly data: MessageAction;
}

const checkAction: Check = (value) => {
  const type = at(value, 'type');
  if (!isText(type)) return 'must have a type: some text';
  const { length } = [...type];
  if (length > MAX_ACTION_TYPE_LENGTH) {
    return `must have a type of at most ${MAX_ACTION_TYPE_LENGTH} characters, not ${length}`;
  }
  return isText(at(value, 'value')) ? undefined : 'must have a value: some text';
};

/**
 * `POST /v1/message-actions/{sub}/channel/{channel}/message/{timetoken}` (docs/reference/protocol.md,
 * "Message actions").
 *
 * @example
 * ```ts
 * const messageTimetoken = '17000000000000000';
 * const action = { type: 'reaction', value: 'smile' };
 * const { data } = await pubnub.addMessageAction({ channel: 'room', messageTimetoken, action }).execute();
 * console.log(data.actionTimetoken);
 * ```
 */
export const addMessageAction = defineEndpoint<AddMessageActionParams, AddMessageActionResult>({
  operation: PNOperationType.PNAddMessageActionOperation,
  method: 'POST',
  params: {
    channel: required(checkName),
    messageTimetoken: required(checkTimetoken),
    action: copied(required(checkAction)),
  },
  path: ({ channel, messageTimetoken }, keys) =>
    path`/v1/message-actions/${keys.subscribeKey}/channel/${channel}/message/${messageTimetoken}`,
  body: ({ action: { type, value } }) => ({ type, value }),
  // Repeated, it would be refused as added already.
  retry: 'not-sent',
  parse: (answer) => ({
    data: actionFrom(at(answer.body, 'data')),
    ...announcedFrom(answer),
  }),
});
