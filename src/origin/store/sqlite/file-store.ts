import type { FileBytes, FileExcess, FilePage, FileStore, NotKept, StoredFile, Upload } from '../files.ts';
import { BLOCK_BYTES, type Block } from './blobs.ts';
import type { OpenedFile, SqliteFiles } from './files.ts';

/** The methods of the files in the worker, as they are called from outside. */
export type RemoteFiles = {
  readonly [Method in keyof SqliteFiles]: (
    ...args: Parameters<SqliteFiles[Method]>
  ) => Promise<ReturnType<SqliteFiles[Method]>>;
};

/**
 * The files of one shard, outside of the worker. Bytes pass in blocks, one at a time: the next chunk of an upload is asked
 * for when the worker has taken the one before, and a reader gets a block when it asks for it.
 */
export class SqliteFileStore implements FileStore {
  readonly #files: RemoteFiles;
  /** Uploads that could not be ended, since the file could not be written. */
  readonly #unfinished = new Set<number>();

  constructor(files: RemoteFiles) {
    this.#files = files;
  }

  announce(upload: Upload, ttlMs: number): Promise<FileExcess | undefined> {
    return this.#files.announce(upload, ttlMs);
  }

  announced(id: string): Promise<Upload | undefined> {
    return this.#files.announced(id);
  }

  async keep(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<NotKept | undefined> {
    for (const blob of [...this.#unfinished]) await this.#abort(blob);
    const outgoing = new Outgoing(this.#files, { upload, blob: await this.#files.begin(upload.id) });
    let isKept = false;
    try {
      for await (const chunk of chunks) {
        const problem = await outgoing.add(chunk);
        if (problem) return problem;
      }
      const problem = await outgoing.end();
      isKept = problem === undefined;
      return problem;
    } finally {
      if (!isKept) await this.#abort(outgoing.blob);
    }
  }

  list(channel: string, limit: number, after: string | undefined): Promise<FilePage | undefined> {
    return this.#files.list(channel, limit, after);
  }

  find(id: string): Promise<StoredFile | undefined> {
    return this.#files.find(id);
  }

  async read(id: string): Promise<FileBytes | undefined> {
    const file = await this.#files.open(id);
    return file && { size: file.size, stream: streamOf(this.#files, file) };
  }

  remove(id: string): Promise<void> {
    return this.#files.remove(id);
  }

  // The reason for ending it counts, not that it could not be ended yet.
  async #abort(blob: number): Promise<void> {
    this.#unfinished.add(blob);
    await this.#files.abort(blob).then(
      () => this.#unfinished.delete(blob),
      () => undefined,
    );
  }
}

/** The bytes of one upload on their way to the worker. */
class Outgoing {
  readonly blob: number;
  readonly #files: RemoteFiles;
  readonly #upload: Upload;
  /** The next block, as far as it has come. */
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #size = 0;
  /** Bytes that were reserved and have not come. */
  #room = 0;

  constructor(files: RemoteFiles, { upload, blob }: { readonly upload: Upload; readonly blob: number }) {
    this.#files = files;
    this.#upload = upload;
    this.blob = blob;
  }

  /** Takes a chunk. Resolves to the reason if it is not kept. */
  async add(chunk: Uint8Array): Promise<NotKept | undefined> {
    for (let rest = chunk; rest.length > 0; ) {
      const filled = this.#size % BLOCK_BYTES;
      const part = rest.subarray(0, BLOCK_BYTES - filled);
      this.#block.set(part, filled);
      const problem = await this.#take(part.length);
      if (problem) return problem;
      rest = rest.subarray(part.length);
    }
    return undefined;
  }

  end(): Promise<NotKept | undefined> {
    const bytes = this.#block.subarray(0, this.#size % BLOCK_BYTES);
    const block = bytes.length > 0 ? { number: this.#number, bytes: bytes.slice() } : undefined;
    return this.#files.complete({ upload: this.#upload, blob: this.blob, size: this.#size, block });
  }

  get #number(): number {
    return Math.floor(this.#size / BLOCK_BYTES);
  }

  async #take(length: number): Promise<NotKept | undefined> {
    const isFull = (this.#size + length) % BLOCK_BYTES === 0;
    const block: Block | undefined = isFull ? { number: this.#number, bytes: this.#block } : undefined;
    const bytes = Math.max(0, length - this.#room);
    if (block || bytes > 0) {
      const reserved = await this.#files.take({ id: this.#upload.id, blob: this.blob, bytes, block });
      if (typeof reserved === 'string') return reserved;
      this.#room += reserved;
    }
    this.#room -= length;
    this.#size += length;
    return undefined;
  }
}

function streamOf(files: RemoteFiles, { blob, size }: OpenedFile): ReadableStream<Uint8Array> {
  let [number, left] = [0, size];
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const block = left > 0 ? await files.block(blob, number++) : undefined;
        if (left > 0 && !block) throw new Error('The file was removed or replaced while it was read.');
        if (block) controller.enqueue(block);
        left -= block?.length ?? 0;
        if (left <= 0) controller.close();
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
}
