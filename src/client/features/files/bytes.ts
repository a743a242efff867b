import type { Check } from '../../endpoint.ts';
import { type FileSource, isLocked, isSource, Source } from './source.ts';

/** Source of a file: bytes, text (as UTF-8), or a stream of bytes. */
export type FileData = Blob | ArrayBuffer | ArrayBufferView | string | FileSource;

/** A stream of bytes with a known size; it can be read once. */
export interface Pieces {
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Nobody reads them any more. */
  end(): void;
}

/** Source of a file. */
export const checkFileData: Check = (value) => {
  if (isLocked(value)) return 'must not be a stream that somebody else reads';
  return typeof value === 'string' ||
    value instanceof Blob ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    isSource(value)
    ? undefined
    : 'must be a Blob, bytes, text, or a stream or async iterable of bytes';
};

/** A source as it is, where its size is known: object stores want to be told. All else as `blobOf` has it. */
export async function bytesOf(data: FileData, size?: number): Promise<Blob | Pieces> {
  if (size === undefined || !isSource(data)) return blobOf(data);
  const source = sourceOf(data);
  return { size, pieces: source.pieces(size), end: () => source.end() };
}

/** The bytes of a file, to be read as often as need be; a source is read to its end, and is to have so many bytes. */
export async function blobOf(data: FileData, size?: number): Promise<Blob> {
  if (data instanceof Blob) return data;
  // The constructor takes all of these; their types differ in the memory that views may be of.
  if (!isSource(data)) return new Blob([data as BlobPart]);
  const parts: Uint8Array[] = [];
  for await (const piece of sourceOf(data).pieces(size)) parts.push(piece.slice());
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

function sourceOf(data: FileSource): Source {
  return data instanceof Source ? data : new Source(data);
}
