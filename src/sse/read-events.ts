import { createParser, type EventSourceParser, type ParseError } from 'eventsource-parser';
import type { SseEvent } from './frame.ts';
import { optionsOf, wholeNumber } from './options.ts';

/** Options of `readEvents()`. */
export interface ReadEventsOptions {
  /** Bytes of an event, at most. Default 1 MiB. A larger one ends the iteration with a `RangeError`. */
  readonly maxEventBytes?: number;
  /** Called when the server sets the reconnection time, in milliseconds. */
  readonly onRetry?: (milliseconds: number) => void;
  /** Called for each comment, such as the keep-alive ones. */
  readonly onComment?: (text: string) => void;
}

const MAX_EVENT = 1_048_576;
// `data: ` and a line end, which the parser counts.
const AROUND_DATA = 8;
// What the parser gets at once: it has dispatched every event of a piece before it looks at its bound.
const PIECE = 4_096;
const MOST_BYTES_OF_A_UNIT = 3;

/**
 * Reads the events of a stream. It ends with the stream, and does not connect again; leaving the loop cancels the stream.
 * Reconnecting is a loop around it, with `Last-Event-ID`.
 *
 * Throws a `TypeError` at once if the response is none of events: another status than 2xx, or another type. An event that
 * the stream breaks off is not delivered.
 *
 * @example
 * for await (const { event, data } of readEvents(await fetch(url))) console.log(event, data);
 */
export function readEvents(
  source: Response | ReadableStream<Uint8Array>,
  options: ReadEventsOptions = {},
): AsyncIterable<SseEvent> {
  const { maxEventBytes = MAX_EVENT } = optionsOf('readEvents()', options);
  wholeNumber('maxEventBytes', maxEventBytes, [1]);
  for (const name of ['onRetry', 'onComment'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw new TypeError(`\`${name}\` must be a function.`);
  return events(openedFrom(source), { ...options, maxEventBytes });
}

/** The events' stream, with the response that it belongs to: Node cancels an unread body once its response is garbage. */
interface Opened {
  readonly source: Response | ReadableStream<Uint8Array>;
  readonly stream: ReadableStream<Uint8Array>;
}

function openedFrom(source: Response | ReadableStream<Uint8Array>): Opened {
  if (isStream(source)) return { source, stream: source };
  const { ok, status, headers, body } = responseOf(source);
  // A text of unknown origin may be a stream; a page or a JSON document is not.
  const type = headers.get('content-type') ?? 'text/event-stream';
  if (ok && body && /^text\/(?:event-stream|plain)\b/i.test(type)) return { source, stream: body };
  body?.cancel().catch(() => undefined);
  const what = ok ? (body ? `content of type ${type}` : 'no content') : `status ${status}`;
  throw new TypeError(
    `The server answered with ${what}, and not with a stream of events. Check the address.`,
  );
}

function isStream(source: object): source is ReadableStream<Uint8Array> {
  return typeof Object(source).getReader === 'function';
}

// Plain JavaScript may pass anything, most often the promise of `fetch()`.
function responseOf(source: Response): Response {
  if (typeof Object(source).headers?.get === 'function') return source;
  throw new TypeError('readEvents() needs a response or a stream of bytes: readEvents(await fetch(url)).');
}

async function* events(
  opened: Opened,
  options: ReadEventsOptions & { readonly maxEventBytes: number },
): AsyncGenerator<SseEvent, undefined> {
  const reader = opened.stream.getReader();
  const decoder = new TextDecoder();
  const withLineFeeds = lineFeeds();
  const parse = parserOf(options);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const text = withLineFeeds(decoder.decode(value, { stream: true }));
      for (let at = 0; at < text.length; at += PIECE) yield* parse(text.slice(at, at + PIECE));
    }
  } finally {
    // Not awaited: a source that is slow to end must not hold up who has left. Of a stream that has ended it does nothing.
    reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

// A function that ends the lines of the next piece with LF. The parser would wait for what follows a CR, which may be LF.
function lineFeeds() {
  let endsWithReturn = false;
  return (piece: string): string => {
    const text = endsWithReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (piece !== '') endsWithReturn = piece.endsWith('\r');
    return text.replace(/\r\n?/g, '\n');
  };
}

// A function that takes the next piece and returns the events that end in it.
function parserOf({
  maxEventBytes,
  onRetry,
  onComment,
}: ReadEventsOptions & { readonly maxEventBytes: number }) {
  let ready: SseEvent[] = [];
  let isTooLarge = false;
  const parser: EventSourceParser = createParser({
    maxBufferSize: maxEventBytes + AROUND_DATA,
    onRetry,
    onComment,
    onEvent: ({ data, event, id }) => {
      if (bytesExceed(data, maxEventBytes)) isTooLarge = true;
      ready.push({ data, ...(event !== undefined && { event }), ...(id !== undefined && { id }) });
    },
    onError: ({ type }: ParseError) => {
      // Unknown fields are ignored, as the standard says.
      if (type === 'max-buffer-size-exceeded') isTooLarge = true;
    },
  });
  return (piece: string): readonly SseEvent[] => {
    parser.feed(piece);
    if (isTooLarge)
      throw new RangeError(
        `An event has more than ${maxEventBytes} bytes. Raise \`maxEventBytes\` to read it.`,
      );
    const events = ready;
    ready = [];
    return events;
  };
}

function bytesExceed(text: string, limit: number): boolean {
  if (text.length * MOST_BYTES_OF_A_UNIT <= limit) return false;
  return text.length > limit || new TextEncoder().encode(text).length > limit;
}
