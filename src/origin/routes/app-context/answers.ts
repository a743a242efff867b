import type { Answer } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';

/** What is wrong with one part of a request. */
export interface Detail {
  readonly message: string;
  /** The parameter or field. */
  readonly location: string;
  readonly locationType: 'path' | 'query' | 'body';
}

const CONTENT_TYPE = 'application/json';

/** A good answer. */
export function found(members: object): Answer {
  return { status: 200, contentType: CONTENT_TYPE, body: JSON.stringify({ status: 200, ...members }) };
}

/** The shape of App Context's errors (docs/reference/protocol.md, "App Context errors"). */
export function objectsRefusal(status: number, message: string, details?: readonly Detail[]): Refusal {
  const error = { message, source: 'objects', ...(details && { details }) };
  return new Refusal({ status, contentType: CONTENT_TYPE, body: JSON.stringify({ status, error }) });
}

/** Something in the request is not what it should be. */
export function invalidInput(...details: readonly Detail[]): Refusal {
  return objectsRefusal(400, 'Request payload contained invalid input.', details);
}

/** A parameter of the query is not what it should be. */
export function invalidQuery(location: string, message: string): Refusal {
  return invalidInput({ message, location, locationType: 'query' });
}
