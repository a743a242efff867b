import { type Answer, APPLICATION_JSON, type ErrorDetail, json, Refusal } from '../../http/answer.ts';

/** A good answer. */
export function found(members: object): Answer {
  return json(200, { status: 200, ...members }, APPLICATION_JSON);
}

/** The shape of App Context's errors (docs/reference/protocol.md, "App Context errors"). */
export function objectsRefusal(status: number, message: string, details?: readonly ErrorDetail[]): Refusal {
  const error = { message, source: 'objects', ...(details && { details }) };
  return new Refusal(json(status, { status, error }, APPLICATION_JSON));
}

/** Parts of the request are invalid. */
export function invalidInput(...details: readonly ErrorDetail[]): Refusal {
  return objectsRefusal(400, 'Request payload contained invalid input.', details);
}

/** A parameter of the query is invalid. */
export function invalidQuery(location: string, message: string): Refusal {
  return invalidInput({ message, location, locationType: 'query' });
}
