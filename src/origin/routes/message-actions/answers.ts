import type { Answer } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';
import type { StoredAction } from '../../store/actions.ts';
import { timetokenOf } from '../../store/stamp.ts';

const CONTENT_TYPE = 'application/json';

/** What is wrong with one part of a request. */
export interface Detail {
  readonly message: string;
  /** The parameter or field. */
  readonly location: string;
  readonly locationType: 'path' | 'query' | 'body';
}

/** A good answer. */
export function found(members: { readonly data: unknown; readonly more?: unknown }): Answer {
  return { status: 200, contentType: CONTENT_TYPE, body: JSON.stringify({ status: 200, ...members }) };
}

/** An action as it is sent. */
export function written({ type, value, user, tt, message }: StoredAction) {
  return { type, value, uuid: user, actionTimetoken: tt, messageTimetoken: timetokenOf(message) };
}

/** The shape of the errors (docs/reference/protocol.md, "Message actions"). */
export function actionsRefusal(status: number, message: string, details?: readonly Detail[]): Refusal {
  const error = { source: 'actions', message, ...(details && { details }) };
  return new Refusal({ status, contentType: CONTENT_TYPE, body: JSON.stringify({ status, error }) });
}

/** Something in the request is not what it should be. */
export function invalidInput(
  message: string,
  location: string,
  locationType: Detail['locationType'],
): Refusal {
  return actionsRefusal(400, 'Request payload contained invalid input.', [
    { message, location, locationType },
  ]);
}
