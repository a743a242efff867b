import type { SseEvent } from './frame.ts';

/**
 * One subscriber of a `Publisher`. It has one reader: an iteration, a stream or a response, and a second one throws a
 * `TypeError`. It is closed, and the publisher forgets it, when its iteration is left, its stream is cancelled, its
 * `signal` aborts, or its reader is too slow.
 */
export interface Subscriber<P> extends AsyncIterable<SseEvent> {
  /** What was passed to `subscribe()`; functions that are published get it. */
  readonly properties: P;
  /** The events as bytes of the format, with keep-alive comments. It fails with a `SlowReaderError` on overflow. */
  stream(): ReadableStream<Uint8Array>;
  /** A response of type `text/event-stream` with that stream. `init` may add headers, and replace the usual ones. */
  response(init?: ResponseInit): Response;
  /** Ends it. What waits is still read, then the iteration or stream ends. */
  close(): void;
}
