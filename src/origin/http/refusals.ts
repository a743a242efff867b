import { stampOf } from '../store/stamp.ts';
import { ACCESS_MANAGER, type Answer, json } from './answer.ts';

/** Ends a request with an answer. Thrown by what reads requests, and caught in one place: `dispatch`. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer, options?: ErrorOptions) {
    super(`Refused with ${answer.status}.`, options);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

/** `[0,"text","timetoken"]`: what the publish family answers (docs/reference/protocol.md, "Publish errors"). */
export function publishRefusal(text: string, now: number, cause?: unknown): Refusal {
  return new Refusal(json(400, [0, text, stampOf(now)]), { cause });
}

/** The access manager's shape, as for an unknown subscribe key. `payload` names what is refused. */
export function accessRefusal(status: number, message: string, payload?: unknown): Refusal {
  const body = {
    message,
    ...(payload !== undefined && { payload }),
    error: true,
    service: 'Access Manager',
    status,
  };
  return new Refusal({ status, contentType: ACCESS_MANAGER, body: `${JSON.stringify(body)}\n` });
}

/** The balancer's shape: what goes wrong before an operation is reached. */
export function balancerRefusal(status: number, message: string, headers?: Record<string, string>): Refusal {
  const answer = json(status, { message, error: true, service: 'Balancer', status });
  return new Refusal(headers ? { ...answer, headers } : answer);
}

/** The presence service's shape: `error` is a number there. */
export function presenceRefusal(message: string): Refusal {
  return new Refusal(json(400, { status: 400, error: 1, message, service: 'Presence' }));
}

/** The path, a parameter or a name is not what the protocol allows. */
export function malformed(cause?: unknown): Refusal {
  return new Refusal(accessRefusal(400, 'Could Not Parse Request').answer, { cause });
}

/** There is no such route. The presence service names the path, and has no `status`. */
export function notFound(path: string): Refusal {
  if (!path.startsWith('/v2/presence/')) return balancerRefusal(404, 'Not Found');
  return new Refusal(json(404, { message: `Not found: '${path}'`, error: 1, service: 'Presence' }));
}
