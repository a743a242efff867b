import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkAmount, checkName, checkTimetoken, optional, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { exactIntegers } from '../../wire/exact-integers.ts';
import { at, isRecord, listAt, numbersOf, stringsOf, timetokenOf } from '../../wire/read.ts';
import { actionFrom, type MessageAction } from './action.ts';

/** Parameters of `getMessageActions()`. */
export interface GetMessageActionsParams extends Params {
  /** Channel whose actions are wanted. */
  channel: ChannelName<this['~map']>;
  /** Actions before this timetoken, whatever message they belong to. The action at it does not count. */
  start?: Timetoken;
  /** Actions from this timetoken on. The action at it counts. */
  end?: Timetoken;
  /** Actions, at most 100. Default 100. */
  limit?: number;
}

/** Where a list of actions goes on that the server has cut short. */
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
  /** There when there are older actions in the range. `pages()` goes on there by itself. */
  readonly more?: MoreMessageActions;
}

const LARGEST_PAGE = 100;

// Strings, by the book; some servers have numbers.
const TIMETOKENS = [
  ['data', '*', 'actionTimetoken'],
  ['data', '*', 'messageTimetoken'],
  ['more', 'start'],
  ['more', 'end'],
];

/**
 * `GET /v1/message-actions/{sub}/channel/{channel}` (docs/reference/protocol.md, "Message actions").
 *
 * @example
 * ```ts
 * for await (const { data } of pubnub.getMessageActions().channel('room').pages())
 *   for (const { uuid, type, value } of data) console.log(uuid, type, value);
 * ```
 */
export const getMessageActions = defineEndpoint<GetMessageActionsParams, GetMessageActionsResult>({
  operation: PNOperationType.PNGetMessageActionsOperation,
  params: {
    channel: required(checkName),
    start: optional(checkTimetoken),
    end: optional(checkTimetoken),
    limit: optional(checkAmount),
  },
  path: ({ channel }, keys) => path`/v1/message-actions/${keys.subscribeKey}/channel/${channel}`,
  query: ({ start, end, limit }) => ({ start, end, limit: limit && Math.min(limit, LARGEST_PAGE) }),
  retry: 'safe',
  parse: (answer) => {
    const body = exactIntegers(answer, TIMETOKENS);
    const data = listAt(body, 'data').map(actionFrom);
    const place = { start: data[0]?.actionTimetoken ?? null, end: data.at(-1)?.actionTimetoken ?? null };
    const more = at(body, 'more');
    if (!isRecord(more)) return { data, ...place };
    const { start, end } = more;
    return {
      data,
      ...place,
      more: {
        ...stringsOf(more, 'url'),
        start: timetokenOf(start),
        ...(end !== undefined && { end: timetokenOf(end) }),
        ...numbersOf(more, 'limit'),
      },
    };
  },
});
