import { LARGEST_PAGE, MAX_ACTION_TYPE_LENGTH } from '../../../protocol/limits.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Paging } from '../../builder/paging.ts';
import { checkAmount, checkName, checkTimetoken, copied, optional, required } from '../../builder/params.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { ChannelName } from '../../channels.ts';
import type { Answer, Check, Keyset, Params } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import { path } from '../../request/path.ts';
import { exactIntegers } from '../../wire/exact-integers.ts';
import {
  at,
  type Done,
  expected,
  isRecord,
  isText,
  listAt,
  numberAt,
  numbersOf,
  stringAt,
  stringsOf,
  timetokenOf,
} from '../../wire/read.ts';

/** What a user attached to a message: a reaction or a receipt. */
export interface MessageAction {
  /** What kind of action it is, as `reaction`. */
  readonly type: string;
  /** Value of the action, for example `smile`. */
  readonly value: string;
  /** User who added it. */
  readonly uuid: string;
  /** When it was added; identifies it. */
  readonly actionTimetoken: Timetoken;
  /** The message that it belongs to. */
  readonly messageTimetoken: Timetoken;
}

/** Whether subscribers of the channel were notified of a change. */
export interface Announced {
  /** `false`: the change was made, but subscribers get no event. */
  readonly announced: boolean;
  /** The server's reason, when it could not tell them. */
  readonly reason?: string;
}

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
  /** The action as stored. */
  readonly data: MessageAction;
}

/** Parameters of `removeMessageAction()`. */
export interface RemoveMessageActionParams extends Params {
  /** Channel of the message. */
  channel: ChannelName<this['~map']>;
  /** The message's timetoken. */
  messageTimetoken: Timetoken;
  /** The action's own timetoken. Only the user who added an action can remove it. */
  actionTimetoken: Timetoken;
}

/** Result of `removeMessageAction()`. */
export interface RemoveMessageActionResult extends Announced {
  /** An empty object: nothing is left of the action. */
  readonly data: Done;
}

/** Parameters of `getMessageActions()`. */
export interface GetMessageActionsParams extends Params {
  /** Channel whose actions are listed. */
  channel: ChannelName<this['~map']>;
  /** List actions before this timetoken, exclusive. It is the action's timetoken, not the message's. */
  start?: Timetoken;
  /** List actions from this timetoken on, inclusive. */
  end?: Timetoken;
  /** Largest number of actions, at most 100. Default 100. */
  limit?: number;
}

/** Continuation of a truncated list of actions. */
export interface MoreMessageActions {
  readonly url?: string;
  readonly start: Timetoken;
  readonly end?: Timetoken;
  readonly limit?: number;
}

/** Result of `getMessageActions()`. */
export interface GetMessageActionsResult {
  /** Oldest first. */
  readonly data: readonly MessageAction[];
  /** The timetoken of the first action; `null` when there is none. */
  readonly start: Timetoken | null;
  /** The timetoken of the last action; `null` when there is none. */
  readonly end: Timetoken | null;
  /** Present if the range has older actions. `pages()` continues there. */
  readonly more?: MoreMessageActions;
}

const channel = required(checkName);
const messageTimetoken = required(checkTimetoken);

const checkAction: Check = (value) => {
  const type = at(value, 'type');
  if (!isText(type)) return 'must have a type: some text';
  const { length } = [...type];
  if (length > MAX_ACTION_TYPE_LENGTH)
    return `must have a type of at most ${MAX_ACTION_TYPE_LENGTH} characters, not ${length}`;
  return isText(at(value, 'value')) ? undefined : 'must have a value: some text';
};

// Of an answer without data; 207: subscribers were not told.
const REMOVED = [200, 207];

// Strings, as specified; some servers send numbers.
const TIMETOKENS = [
  ['data', '*', 'actionTimetoken'],
  ['data', '*', 'messageTimetoken'],
  ['more', 'start'],
  ['more', 'end'],
];

/** Backwards in time, as long as the server says that there are more. */
export const actionPaging: Paging<GetMessageActionsParams, GetMessageActionsResult> = {
  place: ['start', 'end'],
  pageIn: (_asked, answer) => (answer.data.length > 0 ? answer : undefined),
  // The range of an answer counts: of what was given, either may be the bound that moves.
  next: (_asked, { more }) =>
    more ? [{ start: more.start, ...(more.end !== undefined && { end: more.end }) }] : [],
};

/** The operations on message actions (docs/reference/protocol.md, "Message actions"). */
export const messageActions = defineFeature({
  name: 'messageActions',
  builders: {
    /**
     * Attaches an action, such as a reaction or a receipt, to a message.
     *
     * @example
     * ```ts
     * const messageTimetoken = '17000000000000000';
     * const action = { type: 'reaction', value: 'smile' };
     * const { data } = await pubnub.addMessageAction({ channel: 'room', messageTimetoken, action }).execute();
     * console.log(data.actionTimetoken);
     * ```
     */
    addMessageAction: rest<AddMessageActionParams, AddMessageActionResult>({
      operation: 'PNAddMessageActionOperation',
      method: 'POST',
      params: { channel, messageTimetoken, action: copied(required(checkAction)) },
      path: messagePath,
      body: ({ action: { type, value } }) => ({ type, value }),
      // Repeated, it would be refused as added already.
      retry: 'not-sent',
      parse: (answer) => ({ data: actionFrom(at(answer.body, 'data')), ...announcedFrom(answer) }),
    }),
    /**
     * Lists the actions of a channel.
     *
     * @example
     * ```ts
     * for await (const { data } of pubnub.getMessageActions().channel('room').pages())
     *   for (const { uuid, type, value } of data) console.log(uuid, type, value);
     * ```
     */
    getMessageActions: paged<GetMessageActionsParams, GetMessageActionsResult>(
      {
        operation: 'PNGetMessageActionsOperation',
        params: {
          channel,
          start: optional(checkTimetoken),
          end: optional(checkTimetoken),
          limit: optional(checkAmount),
        },
        path: channelPath,
        query: ({ start, end, limit }) => ({ start, end, limit: limit && Math.min(limit, LARGEST_PAGE) }),
        retry: 'safe',
        parse: actionsFrom,
      },
      actionPaging,
    ),
    /**
     * Removes one of the user's own actions from a message.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getMessageActions().channel('room').execute();
     * for (const { messageTimetoken, actionTimetoken } of data)
     *   await pubnub.removeMessageAction({ channel: 'room', messageTimetoken, actionTimetoken }).execute();
     * ```
     */
    removeMessageAction: rest<RemoveMessageActionParams, RemoveMessageActionResult>({
      operation: 'PNRemoveMessageActionOperation',
      method: 'DELETE',
      params: { channel, messageTimetoken, actionTimetoken: required(checkTimetoken) },
      path: (given, keys) => messagePath(given, keys) + path`/action/${given.actionTimetoken}`,
      // Repeated, it would be refused as there is nothing left to remove.
      retry: 'not-sent',
      parse: (answer) => {
        if (!REMOVED.includes(numberAt(answer.body, 'status'))) expected('status 200 or 207');
        return { data: {}, ...announcedFrom(answer) };
      },
    }),
  },
});

type Place = { readonly channel: string; readonly messageTimetoken: Timetoken };

function channelPath({ channel }: Omit<Place, 'messageTimetoken'>, { subscribeKey }: Keyset): string {
  return path`/v1/message-actions/${subscribeKey}/channel/${channel}`;
}

function messagePath(place: Place, keys: Keyset): string {
  return channelPath(place, keys) + path`/message/${place.messageTimetoken}`;
}

function actionsFrom(answer: Answer): GetMessageActionsResult {
  const body = exactIntegers(answer, TIMETOKENS);
  const data = listAt(body, 'data').map(actionFrom);
  const range = { start: data[0]?.actionTimetoken ?? null, end: data.at(-1)?.actionTimetoken ?? null };
  const more = at(body, 'more');
  if (!isRecord(more)) return { data, ...range };
  const start = timetokenOf(more['start']);
  const end = more['end'] !== undefined && { end: timetokenOf(more['end']) };
  return { data, ...range, more: { ...stringsOf(more, 'url'), start, ...end, ...numbersOf(more, 'limit') } };
}

function actionFrom(item: unknown): MessageAction {
  return {
    type: stringAt(item, 'type'),
    value: stringAt(item, 'value'),
    uuid: stringAt(item, 'uuid'),
    actionTimetoken: timetokenOf(at(item, 'actionTimetoken')),
    messageTimetoken: timetokenOf(at(item, 'messageTimetoken')),
  };
}

// HTTP 207 comes with an error beside the data.
function announcedFrom({ body }: Answer): Announced {
  const error = at(body, 'error');
  if (!isRecord(error)) return { announced: true };
  const { message: reason } = error;
  return { announced: false, ...(typeof reason === 'string' && { reason }) };
}
