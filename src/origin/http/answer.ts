import type { Clock } from '../../protocol/clock.ts';
import { stampOf } from '../store/stamp.ts';

/** A plain answer, which the adapters convert for their platform. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /**
   * Sent in place of `body`, as it is read. Its length is in `headers` as `content-length`, if it is known. An error in it,
   * or another length, breaks the connection.
   */
  readonly stream?: ReadableStream<Uint8Array>;
  /** `true` for a `stream` without an end of its own, which waits for events: nobody should wait for its end. */
  readonly isLasting?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The content type of most answers (docs/reference/protocol.md, "HTTP"). */
const JAVASCRIPT = 'text/javascript; charset="UTF-8"';

/** The access manager's content type has no inner quotes. */
const ACCESS_MANAGER = 'text/javascript; charset=UTF-8';

/** The content type of App Context, message actions and files. */
export const APPLICATION_JSON = 'application/json';

/** Status 200, with a body that is JSON text already. */
export function ok(body: string): Answer {
  return { status: 200, contentType: JAVASCRIPT, body };
}

/** An answer whose body is the value as JSON. */
export function json(status: number, value: unknown, contentType = JAVASCRIPT): Answer {
  return { status, contentType, body: JSON.stringify(value) };
}

/** An answer of the access manager. */
export function accessAnswer(status: number, value: unknown): Answer {
  return json(status, value, ACCESS_MANAGER);
}

/** Ends a request with an answer. Thrown by readers and handlers, and caught in one place: `dispatch`. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer, options?: ErrorOptions) {
    super(`Refused with ${answer.status}.`, options);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

/** `[0,"text","timetoken"]`: the shape of the publish family (docs/reference/protocol.md, "Publish errors"). */
export function publishRefusal(text: string, clock: Clock): Refusal {
  return new Refusal(json(400, [0, text, stampOf(clock.now())]));
}

/** The access manager's shape, also for an unknown subscribe key. `payload` lists the refused names. */
export function accessRefusal(status: number, message: string, payload?: unknown): Refusal {
  const body = {
    message,
    ...(payload !== undefined && { payload }),
    error: true,
    service: 'Access Manager',
    status,
  };
  const answer = accessAnswer(status, body);
  return new Refusal({ ...answer, body: `${answer.body}\n` });
}

/** The balancer's shape, for errors before an operation is reached. */
export function balancerRefusal(status: number, message: string, headers?: Record<string, string>): Refusal {
  const answer = json(status, { message, error: true, service: 'Balancer', status });
  return new Refusal(headers ? { ...answer, headers } : answer);
}

/** The presence service's shape, where `error` is a number. */
export function presenceRefusal(message: string, status = 400): Refusal {
  return new Refusal(json(status, { status, error: 1, message, service: 'Presence' }));
}

/** The registry's shape of an error (docs/reference/protocol.md, "Channel groups"). */
export function registryRefusal(message: string): Refusal {
  return new Refusal(json(400, { status: 400, message, service: 'channel-registry', error: true }));
}

/** The path, a parameter or a name breaks the protocol. */
export function malformed(cause?: unknown): Refusal {
  return new Refusal(accessRefusal(400, 'Could Not Parse Request').answer, { cause });
}

/** No route has this path. The presence service's shape names the path and has no `status`. */
export function notFound(path: string): Refusal {
  if (!path.startsWith('/v2/presence/')) return balancerRefusal(404, 'Not Found');
  return new Refusal(json(404, { message: `Not found: '${path}'`, error: 1, service: 'Presence' }));
}

/** One invalid part of a request, as App Context and message actions report it. */
export interface ErrorDetail {
  readonly message: string;
  /** The parameter or field. */
  readonly location: string;
  readonly locationType: 'path' | 'query' | 'body';
}
