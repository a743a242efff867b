import type { Check } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';

/** What a file may be made of: bytes, text (as UTF-8), or what gives its bytes piece by piece. */
export type FileData =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | string
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** Bytes that come only once, piece by piece, and of which it is known how many they are. */
export interface Pieces {
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

type Source = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Data that a file can be made of. */
export const checkFileData: Check = (value) =>
  typeof value === 'string' ||
  value instanceof Blob ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  isSource(value)
    ? undefined
    : 'must be a Blob, bytes, text, or a stream or async iterable of bytes';

/**
 * A source as it is, where its size is known: object stores want to be told. All else as `blobOf` has it. `over` lets go
 * of a stream that somebody still waits for.
 */
export async function bytesOf(
  data: FileData,
  size: number | undefined,
  over: AbortSignal,
): Promise<Blob | Pieces> {
  if (size === undefined || !isSource(data)) return blobOf(data, over);
  return { size, pieces: readAll(data, over, size) };
}

/** The bytes of a file, to be read as often as need be; a source is read to its end. */
export async function blobOf(data: FileData, over: AbortSignal): Promise<Blob> {
  if (data instanceof Blob) return data;
  // The constructor takes all of these; their types differ in the memory that views may be of.
  if (!isSource(data)) return new Blob([data as BlobPart]);
  const parts: Uint8Array[] = [];
  for await (const piece of readAll(data, over)) parts.push(piece.slice());
  return new Blob(parts as BlobPart[]);
}

/** A stream of what is generated. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function isSource(value: unknown): value is Source {
  return (
    value instanceof ReadableStream || (typeof value === 'object' && Symbol.asyncIterator in Object(value))
  );
}

async function* readAll(source: Source, over: AbortSignal, size?: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  const pieces = source instanceof ReadableStream ? piecesOf(source, over) : source;
  try {
    for await (const piece of pieces) {
      // Some transports read on when nobody wants the bytes any more.
      over.throwIfAborted();
      if (!(piece instanceof Uint8Array)) throw new TypeError('it gives something else than bytes');
      read += piece.byteLength;
      if (size !== undefined && read > size)
        throw new RangeError(`it has more than the ${size} bytes of its size`);
      yield piece;
    }
    if (size !== undefined && read < size)
      throw new RangeError(`it has ${read} bytes, and a size of ${size}`);
  } catch (cause) {
    throw unreadable(cause);
  }
}

// Not every runtime can iterate over a stream.
async function* piecesOf(stream: ReadableStream<Uint8Array>, over: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  // What has failed already fails where it is read.
  over.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}

function unreadable(cause: unknown): PubNubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PubNubError('PN-1002', `The file cannot be read: ${why}.`, { cause });
}
