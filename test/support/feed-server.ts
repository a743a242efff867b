import { PubNub, type PubNubOptions, type TransportRequest, type TransportResponse } from 'timetoken';
import { settle, VirtualClock } from './virtual-clock.ts';

/** A stream that a client has opened, in the hands of a test. */
export interface OpenStream {
  readonly request: TransportRequest;
  readonly url: URL;
  /** Sends any text. */
  write(text: string): void;
  /** Sends an event with messages on the channel `room`. */
  event(timetoken: string, messages?: readonly unknown[], more?: object): void;
  end(): void;
  fail(error: unknown): void;
  /** Whether the client has hung up. */
  readonly isOver: boolean;
  /** Pieces that were written and not read. */
  readonly unread: number;
}

/** How a request is met; `undefined` as the server does by itself. */
export type Meeting = (
  request: TransportRequest,
) => Promise<TransportResponse> | TransportResponse | undefined;

/** An answer as a transport gives it. */
export function answered(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): TransportResponse {
  return { status, body, headers: { get: (name) => headers[name] ?? null } };
}

/** The text of an answer to a poll: one message after the other, on the channel `room`. */
export function answerText(timetoken: string, messages: readonly unknown[] = [], more: object = {}): string {
  const m = messages.map((d) => ({ c: 'room', k: 'demo', p: { t: timetoken, r: 1 }, d }));
  return JSON.stringify({ t: { t: timetoken, r: 1 }, m, ...more });
}

const HANDSHAKE = '17000000000000000';

/** A client, and a server in the hands of a test, which answers handshakes, and opens streams with a comment. */
export function feedClient(options: Partial<PubNubOptions> = {}, meet: Meeting = () => undefined) {
  const clock = new VirtualClock();
  const requests: TransportRequest[] = [];
  const streams: OpenStream[] = [];
  const logs: unknown[][] = [];
  const log = (...line: unknown[]) => void logs.push(line);
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    requests.push(request);
    const met = await meet(request);
    if (met) return met;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith('/v2/stream/')) return opened(request, streams);
    if (!pathname.startsWith('/v2/subscribe/')) return answered('{"status":200,"message":"OK"}');
    if (searchParams.get('tt') === '0') return answered(answerText(HANDSHAKE, [], { s: 1 }));
    return new Promise((_, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason));
    });
  };
  const pubnub = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: 'localhost', ssl: false },
    ...{ clock, random: () => 0, useRequestId: false, transport, receive: 'stream' },
    logger: { debug: log, info: log, warn: log, error: log },
    ...options,
  });
  const got: unknown[] = [];
  pubnub.on('message', ({ message }) => got.push(message));
  const of = (prefix: string) => requests.filter(({ url }) => new URL(url).pathname.startsWith(prefix));
  return {
    ...{ pubnub, clock, requests, streams, logs, got },
    /** What was sent to poll: cursors, `0` for a handshake. */
    polls: () => of('/v2/subscribe/').map(({ url }) => new URL(url).searchParams.get('tt')),
    /** The cursors with which streams were asked for. */
    asked: () => of('/v2/stream/').map(({ url }) => new URL(url).searchParams.get('tt')),
    async close(): Promise<void> {
      const closed = pubnub.close();
      await clock.advance(200);
      await closed;
      await settle();
    },
  };
}

/** The stream that a request opens. */
export function opened(
  request: TransportRequest,
  streams: OpenStream[],
  comment = 'retry: 1000\n\n: \n\n',
): TransportResponse {
  const encoder = new TextEncoder();
  let isOver = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        if (comment) given.enqueue(encoder.encode(comment));
      },
      cancel: () => {
        isOver = true;
      },
    },
    { highWaterMark: 0 },
  );
  const quietly = (work: () => void) => {
    if (!isOver) work();
  };
  request.signal.addEventListener('abort', () => {
    quietly(() => controller?.error(request.signal.reason));
    isOver = true;
  });
  const write = (text: string) => quietly(() => controller?.enqueue(encoder.encode(text)));
  streams.push({
    ...{ request, write },
    url: new URL(request.url),
    event: (timetoken, messages, more) =>
      write(`id: 1:${timetoken}\ndata: ${answerText(timetoken, messages, more)}\n\n`),
    end: () => {
      quietly(() => controller?.close());
      isOver = true;
    },
    fail: (error) => {
      quietly(() => controller?.error(error));
      isOver = true;
    },
    get isOver() {
      return isOver;
    },
    get unread() {
      return -(controller?.desiredSize ?? 0);
    },
  });
  return { ...answered('', 200, { 'content-type': 'text/event-stream' }), stream };
}
