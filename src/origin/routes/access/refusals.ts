import { ACCESS_MANAGER, type Answer } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';

/** What exactly was wrong, and where. */
interface Detail {
  readonly message: string;
  readonly location: string;
  readonly locationType: 'body' | 'path';
}

/** A good answer of the access manager. */
export function accessAnswer(body: object): Answer {
  return { status: 200, contentType: ACCESS_MANAGER, body: JSON.stringify(body) };
}

/** The good answer of a call about tokens. */
export function tokenAnswer(data: object): Answer {
  return accessAnswer({ data, service: 'Access Manager', status: 200 });
}

/** The shape of an error in a call about tokens. */
export function tokenRefusal(source: 'grant' | 'revoke', message: string, detail: Detail): Refusal {
  const error = { message, source, details: [detail] };
  const body = JSON.stringify({ error, service: 'Access Manager', status: 400 });
  return new Refusal({ status: 400, contentType: ACCESS_MANAGER, body });
}
