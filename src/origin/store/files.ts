/** An announced file: its `token` permits sending the bytes. */
export interface Upload {
  /** Unique within the subscribe key, and hard to guess. */
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly token: string;
  /** Permits reading the bytes. */
  readonly readToken: string;
}

/** A stored file. */
export interface StoredFile extends Upload {
  /** Bytes. */
  readonly size: number;
  /** The end of its upload by the store's clock, in milliseconds since the Unix epoch. */
  readonly created: number;
}

/** A part of the files of a channel. */
export interface FilePage {
  readonly files: readonly StoredFile[];
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
}

/** The bytes of a stored file. */
export interface FileBytes {
  readonly size: number;
  /**
   * The whole file, or an error: a stream never ends early. It reads ahead by a bounded part, and may fail when the file
   * is removed or replaced meanwhile.
   */
  readonly stream: ReadableStream<Uint8Array>;
}

/** The limit that a file would exceed: announced uploads, files, or the bytes of all files. */
export type FileExcess = 'uploads' | 'files' | 'bytes';

/** The reason for which a file was not kept: a limit, or its removal while its bytes came. */
export type NotKept = FileExcess | 'removed';

/**
 * The files of one subscribe key. Their bytes are apart from the rest of the store and pass in chunks, so that a store
 * which has them elsewhere never holds a whole file.
 */
export interface FileStore {
  /**
   * Announces a file, which may be sent for `ttlMs` milliseconds by the store's clock. One that is announced again counts
   * once: the later announcement holds. Resolves to the limit that would be exceeded, without any change.
   */
  announce(upload: Upload, ttlMs: number): Promise<FileExcess | undefined>;
  /** The announced upload with this id that has not expired, sent or not. */
  announced(id: string): Promise<Upload | undefined>;
  /**
   * Stores the bytes of an announced file as they come; they replace earlier ones. The limits are checked at each chunk.
   * The file is visible, and an earlier one replaced in its place among the files, in one step after the last chunk. Resolves to the reason for which
   * nothing was stored, and rejects with the error of `chunks`; in both cases nothing is left behind and an earlier file
   * stays. The next chunk is asked for when the one before has been taken, and belongs to the caller again then. The call
   * takes as long as the chunks need to come.
   */
  keep(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<NotKept | undefined>;
  /** The files of a channel, oldest first, at most `limit`; `undefined` if `after` is not the `next` of a page. */
  list(channel: string, limit: number, after: string | undefined): Promise<FilePage | undefined>;
  /** A stored file; `undefined` if absent. */
  find(id: string): Promise<StoredFile | undefined>;
  /** The bytes of a stored file; `undefined` if absent. */
  read(id: string): Promise<FileBytes | undefined>;
  /** Drops a file. Its uploads that are under way fail. */
  remove(id: string): Promise<void>;
}

/** The limits of files. */
export interface FileRules {
  /** Files. */
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Files that are announced and not sent. */
  readonly uploads: number;
}
