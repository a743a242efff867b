import { turn } from '../../protocol/turn.ts';
import type { FileExcess, FileStore, NotKept, Upload } from '../store/files.ts';
import { equal } from './expect.ts';

export const MINUTE = 60_000;

// Turns in which an engine may take a chunk.
const TURNS = 20;

/** A file to announce. */
export function uploadOf(id: string, channel = 'a'): Upload {
  return { id, channel, name: `${id}.txt`, token: 't', readToken: 'r' };
}

/** Chunks that are there at once. */
export async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
}

/** Announces and sends a file of zeros. */
export async function send(
  files: FileStore,
  ...[id, size, channel]: readonly [id: string, size: number, channel?: string]
): Promise<FileExcess | NotKept | undefined> {
  const upload = uploadOf(id, channel);
  return (await files.announce(upload, MINUTE)) ?? files.keep(upload, chunksOf(new Uint8Array(size)));
}

/** The bytes of a file; `undefined` if absent. */
export async function bytesOf(files: FileStore, id: string): Promise<Uint8Array | undefined> {
  const found = await files.read(id);
  if (!found) return undefined;
  const bytes = new Uint8Array(await new Response(found.stream).arrayBuffer());
  equal(found.size, bytes.length, 'the size beside the bytes');
  return bytes;
}

/** Chunks that a case sends one by one. */
export class Feed {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.#writer = writable.getWriter();
    this.chunks = readable;
  }

  /** Resolves when the chunk has been asked for, and the engine has had time to take it. */
  async send(...bytes: readonly number[]): Promise<void> {
    // Rejects when the engine has refused the chunks.
    await this.#writer.write(Uint8Array.from(bytes)).catch(() => undefined);
    for (let count = 0; count < TURNS; count++) await turn();
  }

  async end(): Promise<void> {
    await this.#writer.close().catch(() => undefined);
  }

  async fail(error: Error): Promise<void> {
    await this.#writer.abort(error);
  }
}
