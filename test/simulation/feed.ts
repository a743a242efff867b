import type { Clock, TransportRequest, TransportResponse } from '../../src/index.ts';
import type { TimerHandle } from '../../src/protocol/clock.ts';
import { readAnswer } from './wire.ts';

/** What a feed stands on. */
export interface FeedParts {
  readonly clock: Clock;
  /** Sends a poll; `hangs` tells that nothing ever comes of the one that is under way. */
  readonly poll: (request: TransportRequest) => {
    readonly answer: Promise<TransportResponse>;
    hangs(): boolean;
  };
  /** For how long a server is silent before it has begun to stream, in milliseconds. */
  readonly latency: () => number;
  /** Resolves when the machine is awake. */
  readonly awake: () => Promise<void> | undefined;
}

const COMMENT = 15_000;

/**
 * The feed of an origin of any kind: a chain of polls, each sent when the client reads on, so that everything that can happen
 * to a poll can happen to the stream, and whoever judges polls can judge it.
 */
export async function openFeed(request: TransportRequest, parts: FeedParts): Promise<TransportResponse> {
  const chain = new Chain(request, parts);
  const first = chain.next();
  const { clock, latency } = parts;
  let timer: TimerHandle | undefined;
  const begun = new Promise<undefined>((resolve) => {
    timer = clock.setTimeout(() => resolve(undefined), 2 * latency() + 1);
    chain.onAbort(() => resolve(undefined));
  });
  // A refusal comes in place of the stream.
  const early = await Promise.race([first.answer, begun]).finally(() => clock.clearTimeout(timer));
  if (early && early.status !== 200) return early;
  if (first.hangs()) await new Promise((_, reject) => chain.onAbort(reject));
  return {
    ...{ status: 200, body: '', headers: new Headers({ 'content-type': 'text/event-stream' }) },
    stream: chain.stream(first),
  };
}

type Poll = ReturnType<FeedParts['poll']>;

class Chain {
  readonly #request: TransportRequest;
  readonly #parts: FeedParts;
  readonly #encoder = new TextEncoder();
  /** Of the poll that is under way: what a client does with its stream later is nothing to one that it has read. */
  #hangUp = new AbortController();
  #cursor: { readonly t: string; readonly r: string | null };

  constructor(request: TransportRequest, parts: FeedParts) {
    this.#request = request;
    this.#parts = parts;
    const { searchParams } = new URL(request.url);
    this.#cursor = { t: searchParams.get('tt') ?? '0', r: searchParams.get('tr') };
    this.onAbort((reason) => this.#hangUp.abort(reason));
  }

  onAbort(callback: (reason: unknown) => void): void {
    const { signal } = this.#request;
    if (signal.aborted) callback(signal.reason);
    else signal.addEventListener('abort', () => callback(signal.reason), { once: true });
  }

  /** The next poll, from where the last one has ended. */
  next(): Poll {
    const url = new URL(this.#request.url);
    url.searchParams.set('tt', this.#cursor.t);
    if (this.#cursor.r !== null) url.searchParams.set('tr', this.#cursor.r);
    url.pathname = `${url.pathname.replace('/v2/stream/', '/v2/subscribe/')}/0`;
    const { method, headers } = this.#request;
    this.#hangUp = new AbortController();
    if (this.#request.signal.aborted) this.#hangUp.abort(this.#request.signal.reason);
    const sent = this.#parts.poll({ method, headers, url: url.href, signal: this.#hangUp.signal });
    sent.answer.catch(() => undefined);
    return sent;
  }

  stream(first: Poll): ReadableStream<Uint8Array> {
    let current: Poll | undefined = first;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.onAbort((reason) => quietly(() => controller.error(reason)));
          controller.enqueue(this.#encoder.encode(': \nretry: 1000\n\n'));
        },
        pull: async (controller) => {
          current ??= this.next();
          const poll = current;
          const quiet = this.#comment(controller, poll);
          try {
            const answer = await poll.answer;
            this.#hangUp = new AbortController();
            this.#tell(controller, answer);
          } catch (error) {
            quietly(() => controller.error(error));
          } finally {
            quiet();
            current = undefined;
          }
        },
        cancel: (reason) => this.#hangUp.abort(reason),
      },
      { highWaterMark: 0 },
    );
  }

  #tell(controller: ReadableStreamDefaultController<Uint8Array>, { status, body }: TransportResponse): void {
    const answer = readAnswer(status, body);
    // Where a poll would be refused, the stream ends.
    if (status !== 200) {
      controller.close();
      return;
    }
    const event = this.#encoder.encode(`id: ${body.length}\ndata: ${body.replaceAll('\n', '\ndata: ')}`);
    controller.enqueue(event);
    if (!answer) {
      controller.error(Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' }));
      return;
    }
    this.#cursor = { t: answer.t, r: answer.r };
    controller.enqueue(this.#encoder.encode('\n\n'));
  }

  // Comments, as long as the poll is held; returns how to stop.
  #comment(controller: ReadableStreamDefaultController<Uint8Array>, poll: Poll): () => void {
    const { clock, awake } = this.#parts;
    let timer: unknown;
    const comment = () => {
      timer = clock.setTimeout(comment, COMMENT);
      if (poll.hangs()) return;
      void (async () => {
        await awake();
        quietly(() => controller.enqueue(this.#encoder.encode(': \n\n')));
      })();
    };
    timer = clock.setTimeout(comment, COMMENT);
    const stop = () => clock.clearTimeout(timer);
    this.onAbort(stop);
    return stop;
  }
}

// A stream that the client has left takes nothing more.
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // As above.
  }
}
