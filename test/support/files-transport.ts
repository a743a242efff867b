import { PubNub, type PubNubOptions, type TransportRequest, type TransportResponse } from 'timetoken';
import { VirtualClock } from './virtual-clock.ts';

/** An answer, of which only what matters needs to be said; `bytes` come as a stream. */
export interface FileAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bytes?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** Answers one request, or fails it. */
export type Answering = (request: TransportRequest) => FileAnswer | Promise<FileAnswer>;

/** What the object store of these tests is called. */
export const BUCKET = 'https://bucket.example/store?X-Amz=1';

/** Where downloads lead to in these tests. */
export const PLACE = 'https://bytes.example/file?X-Amz-Signature=s';

/** The answer to an announcement, and what an origin and an object store say when all is well. */
export const ANNOUNCED: FileAnswer = {
  body: JSON.stringify({
    status: 200,
    data: { id: 'id-1', name: 'given.txt' },
    file_upload_request: {
      url: BUCKET,
      method: 'POST',
      form_fields: [
        { key: 'tagging', value: '<Tagging/>' },
        { key: 'key', value: 'demo/id-1/given.txt' },
        { key: 'Content-Type', value: 'text/plain; charset=utf-8' },
        { key: 'Policy', value: 'e30=' },
      ],
    },
  }),
};
export const UPLOADED: FileAnswer = { status: 204 };
export const TOLD: FileAnswer = { body: '[1,"Sent","16000000000000001"]' };

/** The answers of a whole `sendFile()`, but for those that are given. */
export function sending({ upload = UPLOADED, tell = TOLD, announce = ANNOUNCED } = {}): Answering {
  return ({ url }) => {
    if (url === BUCKET) return upload;
    return url.includes('/publish-file/') ? tell : announce;
  };
}

/** A request as it came, with the bytes of its body. */
export interface Seen {
  readonly method: TransportRequest['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly accept: TransportRequest['accept'];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A client whose requests are read whole, and then answered. */
export function filesClient(answer: Answering, options: Partial<PubNubOptions> = {}) {
  const clock = new VirtualClock();
  const seen: Seen[] = [];
  const signals: AbortSignal[] = [];
  const logs: unknown[][] = [];
  const log = (...line: unknown[]) => void logs.push(line);
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const { method, url, headers, accept, body, signal, onProgress } = request;
    signals.push(signal);
    // As in browsers, what a body fails with is not told.
    const bytes = await readBody(body, onProgress).catch(() =>
      Promise.reject(new TypeError('Failed to fetch')),
    );
    seen.push({ method, url, headers, accept, bytes });
    const { status = 200, headers: given = {}, body: text = '', bytes: sent } = await answer(request);
    const stream = sent instanceof Uint8Array ? new Blob([sent]).stream() : sent;
    return {
      ...{ status, body: text, headers: { get: (name: string) => given[name] ?? null } },
      ...(stream && { stream }),
    };
  };
  const pubnub = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: 'localhost', ssl: false },
    ...{ clock, random: () => 0, useRequestId: false, transport },
    logger: { debug: log, info: log, warn: log, error: log },
    ...options,
  });
  const close = async () => {
    const closed = pubnub.close();
    await clock.advance(200);
    await closed;
  };
  return { pubnub, clock, seen, signals, logs, close };
}

/** The form in the body of a request, in its order. */
export async function formIn({
  bytes,
  headers,
}: Seen): Promise<readonly (readonly [string, string | File])[]> {
  const type = headers['content-type'] ?? '';
  return [...(await new Response(bytes, { headers: { 'content-type': type } }).formData())];
}

/** A stream that gives what it is given, one piece for each pull, and tells whether it was cancelled. */
export function piecewise(pieces: readonly Uint8Array[], end: 'close' | 'hang' | Error = 'close') {
  const left = [...pieces];
  const log: string[] = [];
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = left.shift();
        log.push(piece ? 'pull' : 'end');
        if (piece) controller.enqueue(piece);
        else if (end instanceof Error) controller.error(end);
        else if (end === 'close') controller.close();
        else return new Promise(() => {});
        return;
      },
      cancel: () => void log.push('cancel'),
    },
    { highWaterMark: 0 },
  );
  return { stream, log };
}

async function readBody(
  body: TransportRequest['body'],
  onProgress: TransportRequest['onProgress'],
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof body !== 'object') return new TextEncoder().encode(body ?? '');
  const parts: BlobPart[] = [];
  let loaded = 0;
  for await (const chunk of body.stream()) {
    parts.push(chunk.slice());
    loaded += chunk.byteLength;
    onProgress?.(loaded);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
