import type { Clock } from 'timetoken';
import type { ServedOrigin } from 'timetoken/origin/node';
import { Publisher } from 'timetoken/sse';
import { MAX_BODY, readMessage } from './message.ts';
import { ICON, PAGE, POLICY, SCRIPT, STYLE } from './page.ts';

/** The options of a chat. */
export interface ChatOptions {
  /** Streams that are open at most. */
  readonly streams: number;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

type Request = Parameters<ServedOrigin['handle']>[0];
type Answer = Awaited<NonNullable<ReturnType<ServedOrigin['handle']>>>;

const TEXT = 'text/plain; charset=utf-8';
const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const FILES: ReadonlyMap<string, readonly [contentType: string, body: string]> = new Map([
  ['/', ['text/html; charset=utf-8', PAGE]],
  ['/chat.css', ['text/css; charset=utf-8', STYLE]],
  ['/chat.svg', ['image/svg+xml', ICON]],
  ['/chat.js', ['text/javascript; charset=utf-8', SCRIPT]],
]);
const PUBLISHER = { backlog: 100, backlogBytes: 524_288, queue: 200, queueBytes: 524_288, retry: 1_000 };
// An id that no event has stands before all of them.
const BEFORE_ALL = 'new';

/**
 * A chat: a page, a stream and messages that are posted. It is served as an origin is, which sees to `Host` names, pages
 * of others, slow readers and the end.
 */
export class Chat implements ServedOrigin {
  readonly #publisher: Publisher;
  readonly #streams: number;

  constructor({ streams, clock }: ChatOptions) {
    this.#publisher = new Publisher({ ...PUBLISHER, ...(clock && { clock }) });
    this.#streams = streams;
  }

  /** Only messages have a body. */
  bodyLimit({ method, target }: Pick<Request, 'method' | 'target'>): number {
    return method === 'POST' && pathOf(target) === '/messages' ? MAX_BODY : 0;
  }

  /** Answers a request. */
  async handle(request: Request): Promise<Answer> {
    const { method, target, cors } = request;
    const path = pathOf(target);
    const file = FILES.get(path);
    // A link of another page may lead to this one; what it does here is its user's doing.
    if (cors === null && path !== '/') return refusal(403, 'Other pages may not do this.');
    if (file && (method === 'GET' || method === 'HEAD'))
      return { status: 200, contentType: file[0], body: file[1], headers: HEADERS };
    if (path === '/stream' && method === 'GET') return this.#stream(request);
    if (path === '/messages' && method === 'POST') return this.#post(request);
    const isKnown = file !== undefined || path === '/stream' || path === '/messages';
    return isKnown ? refusal(405, 'This method does nothing here.') : refusal(404, 'There is nothing here.');
  }

  /** Ends all streams. */
  close(): void {
    this.#publisher.close();
  }

  #stream(request: Request): Answer {
    if ([...this.#publisher.subscribers()].length >= this.#streams)
      return refusal(503, 'Too many are here.', { 'retry-after': '5' });
    // Who is new gets what was said last.
    const lastEventId = request.header('last-event-id') || BEFORE_ALL;
    const stream = this.#publisher.subscribe({ lastEventId }).stream();
    return { status: 200, contentType: 'text/event-stream', body: '', stream, headers: HEADERS };
  }

  #post(request: Request): Answer {
    // A form of another page cannot send this type.
    if (!/^application\/json\b/i.test(request.header('content-type') ?? ''))
      return refusal(415, 'A message is of the type application/json.');
    if (request.body.length > MAX_BODY) return refusal(413, `A message has at most ${MAX_BODY} bytes.`);
    const message = readMessage(request.body);
    if (typeof message === 'string') return refusal(400, message);
    this.#publisher.publish({ name: message.name, text: message.text });
    return { status: 204, contentType: '', body: '', headers: HEADERS };
  }
}

function refusal(status: number, why: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: TEXT, body: `${why}\n`, headers: { ...HEADERS, ...headers } };
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '';
}
