import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Answer } from '../../endpoint.ts';
import { at, isRecord, stringAt, timetokenOf } from '../../wire/read.ts';

/** Something that a user attached to a message: a reaction, a receipt. */
export interface MessageAction {
  /** What kind of action it is, as `reaction`. */
  readonly type: string;
  /** Which one, as `smile`. */
  readonly value: string;
  /** Who added it. */
  readonly uuid: string;
  /** When it was added; names it. */
  readonly actionTimetoken: Timetoken;
  /** The message that it belongs to. */
  readonly messageTimetoken: Timetoken;
}

/** Whether the subscribers of the channel were told of a change. */
export interface Announced {
  /** `false`: the change was made, but no event tells subscribers of it. */
  readonly announced: boolean;
  /** What the server says of that, when it could not tell them. */
  readonly reason?: string;
}

/** Whether an answer says that its event was sent; HTTP 207 comes with an error beside the data. */
export function announcedFrom({ body }: Answer): Announced {
  const error = at(body, 'error');
  if (!isRecord(error)) return { announced: true };
  const { message: reason } = error;
  return { announced: false, ...(typeof reason === 'string' && { reason }) };
}

/** Reads one action; throws a `TypeError` for anything else. */
export function actionFrom(item: unknown): MessageAction {
  return {
    type: stringAt(item, 'type'),
    value: stringAt(item, 'value'),
    uuid: stringAt(item, 'uuid'),
    actionTimetoken: timetokenOf(at(item, 'actionTimetoken')),
    messageTimetoken: timetokenOf(at(item, 'messageTimetoken')),
  };
}
