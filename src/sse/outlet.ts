import type { Frame, SseEvent } from './frame.ts';
import { FrameQueue, type QueueLimits } from './frame-queue.ts';
import type { KeepAlive, Listening } from './keep-alive.ts';
import type { Subscriber } from './subscriber.ts';

/** What a subscriber is made of. */
export interface OutletParts<P> {
  readonly properties: P;
  /** What the reader gets first. */
  readonly first: readonly Frame[];
  readonly limits: QueueLimits;
  readonly keepAlive: KeepAlive;
  /** Aborted when the reader goes away. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, when nothing more is to come. */
  readonly onClosed: (outlet: Outlet<P>) => void;
}

interface Waiting {
  resolve(result: IteratorResult<SseEvent, undefined>): void;
  reject(error: Error): void;
}

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  // Proxies that collect answers before they pass them on, such as nginx, let this one through.
  'x-accel-buffering': 'no',
};

/** A subscriber: a bounded queue with one reader, which iterates or streams. */
export class Outlet<P> implements Subscriber<P>, Listening {
  readonly properties: P;
  readonly #parts: OutletParts<P>;
  readonly #queue: FrameQueue;
  #isOpen = true;
  #isRead = false;
  #failure: Error | undefined;
  // Calls of `next()` that wait for events.
  readonly #waiting: Waiting[] = [];
  // The stream of the reader. It wants something when its reader waits: it buffers nothing of its own.
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isWanted = false;

  constructor(parts: OutletParts<P>) {
    this.#parts = parts;
    this.properties = parts.properties;
    this.#queue = new FrameQueue(parts.first, parts.limits);
    if (parts.signal?.aborted) this.abandon();
    else parts.signal?.addEventListener('abort', this.abandon, { once: true });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends a frame, or keeps it for a slow reader. */
  push(frame: Frame): void {
    if (!this.#isOpen) return;
    if (!this.#queue.add(frame)) this.#fail(overflow(this.#parts.limits));
    this.#flush();
  }

  comment(bytes: Uint8Array): void {
    if (this.#isWanted) this.#enqueue(bytes);
  }

  [Symbol.asyncIterator](): AsyncIterator<SseEvent, undefined> {
    this.#claim();
    return {
      next: () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ resolve, reject });
          this.#flush();
        }),
      return: () => {
        this.abandon();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  stream(): ReadableStream<Uint8Array> {
    this.#claim();
    if (this.#isOpen) this.#parts.keepAlive.add(this);
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        this.#controller = controller;
        this.#flush();
      },
      pull: () => {
        this.#isWanted = true;
        this.#flush();
      },
      cancel: this.abandon,
    };
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  response(init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    try {
      return new Response(this.stream(), { ...init, headers });
    } catch (error) {
      // A response that cannot be has no reader.
      this.abandon();
      throw error;
    }
  }

  /** Nothing more is added. What waits is still read. */
  close(): void {
    this.#release();
    this.#flush();
  }

  /** The reader is gone, and nothing waits for it any more. */
  readonly abandon = (): void => {
    this.#queue.clear();
    this.close();
  };

  #claim(): void {
    if (this.#isRead)
      throw new TypeError(
        'This subscriber has a reader already, and each event goes to one. Call subscribe() again for another reader.',
      );
    this.#isRead = true;
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    this.#queue.clear();
    this.#release();
  }

  #release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.keepAlive.delete(this);
    this.#parts.signal?.removeEventListener('abort', this.abandon);
    this.#parts.onClosed(this);
  }

  // Hands out what the reader asks for, and the end after it.
  #flush(): void {
    if (this.#controller) this.#flushStream(this.#controller);
    else this.#flushIterator();
  }

  #flushIterator(): void {
    while (this.#waiting.length > 0) {
      const event = this.#nextEvent();
      if (event === undefined && this.#isOpen) return;
      const waiting = this.#waiting.shift();
      if (event) waiting?.resolve({ done: false, value: event });
      else if (this.#failure) waiting?.reject(this.#failure);
      else waiting?.resolve({ done: true, value: undefined });
      if (event === undefined) this.#failure = undefined;
    }
  }

  #nextEvent(): SseEvent | undefined {
    for (let frame = this.#queue.next(); frame; frame = this.#queue.next())
      if (frame.event) return frame.event;
    return undefined;
  }

  #flushStream(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const frame = this.#isWanted ? this.#queue.next() : undefined;
    if (frame) this.#enqueue(frame.bytes);
    if (this.#isOpen || !this.#queue.isEmpty || this.#controller === undefined) return;
    this.#controller = undefined;
    if (this.#failure) controller.error(this.#failure);
    else closeStream(controller);
  }

  #enqueue(bytes: Uint8Array): void {
    // The reader of a stream that goes on to ask does so within the call.
    this.#isWanted = false;
    // A copy: a reader may change its chunks, or transfer them to another thread.
    this.#controller?.enqueue(bytes.slice());
  }
}

// A stream that was cancelled is closed already.
function closeStream(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    return;
  }
}

function overflow({ entries, bytes }: QueueLimits): Error {
  const error = new Error(
    `The reader was too slow: more than ${entries} events, or ${bytes} bytes, waited for it, so the subscriber was closed. Read faster, raise \`queue\` or \`queueBytes\`, or set \`overflow\` to 'drop-oldest'.`,
  );
  error.name = 'SlowReaderError';
  return error;
}
