import type { ServedOrigin } from 'timetoken/origin/node';
import type { EventSourceHandler } from 'timetoken/sse';

type Request = Parameters<ServedOrigin['handle']>[0];
type Answer = Awaited<NonNullable<ReturnType<ServedOrigin['handle']>>>;

/** Bytes of an event, at most. */
export const MAX_BODY = 262_144;
const REFUSED: Answer = Object.freeze({
  status: 403,
  contentType: 'text/plain; charset=utf-8',
  body: 'Pages of other hosts may not do this.\n',
});

/**
 * Event sources, served as an origin is, which sees to `Host` names, pages of others, slow readers and the end. `onAnswer`
 * is told of each answer of the handler.
 */
export class EventSources implements ServedOrigin {
  readonly #handler: EventSourceHandler;
  readonly #onAnswer: (request: Request, status: number) => void;

  constructor(handler: EventSourceHandler, onAnswer: (request: Request, status: number) => void) {
    this.#handler = handler;
    this.#onAnswer = onAnswer;
  }

  /** Only events have a body. */
  bodyLimit({ method }: Pick<Request, 'method'>): number {
    return method === 'POST' ? MAX_BODY : 0;
  }

  async handle(request: Request): Promise<Answer> {
    const { cors } = request;
    if (cors === null) return REFUSED;
    const { status, headers, body } = await this.#handler(fetchRequest(request));
    this.#onAnswer(request, status);
    const { 'content-type': contentType = '', ...rest } = Object.fromEntries(headers);
    const answer = { status, contentType, body: '', headers: { ...rest, ...cors } };
    return body === null ? answer : { ...answer, stream: body, isLasting: true };
  }
}

function fetchRequest(request: Request): globalThis.Request {
  const { method, target, body } = request;
  const lastEventId = request.header('last-event-id');
  return new Request(`http://localhost${target}`, {
    method,
    ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
    ...(method === 'POST' && { body: new Uint8Array(body) }),
  });
}
