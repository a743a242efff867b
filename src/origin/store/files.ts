/** A file that is announced: whoever has its `token` may send the bytes. */
export interface Upload {
  /** Unique within the subscribe key, and not to be guessed. */
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly token: string;
  /** Whoever has it may read the bytes. */
  readonly readToken: string;
  /** When bytes are taken no more, in milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** A file that is kept. */
export interface StoredFile extends Upload {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
}

/** A part of the files of a channel. */
export interface FilePage {
  readonly files: readonly StoredFile[];
  /** What asks for the files after these; absent when there are none. */
  readonly next?: string;
}

/** What a further file would exceed: announced uploads, files, or the bytes of all files. */
export type FileExcess = 'uploads' | 'files' | 'bytes';

/** The files of one subscribe key. */
export interface FileStore {
  /** Announces a file. Resolves to what is exceeded, and then nothing is announced. */
  announce(upload: Upload): Promise<FileExcess | undefined>;
  /** What was announced with this id and has not expired, sent or not. */
  announced(id: string): Promise<Upload | undefined>;
  /**
   * Keeps the bytes of an announced file, in place of those that it had if they were sent before. Resolves to what would
   * be exceeded, and then nothing has changed.
   */
  keep(upload: Upload, bytes: Uint8Array<ArrayBuffer>): Promise<FileExcess | undefined>;
  /** The files of a channel, oldest first, at most `limit`; `undefined` when `after` is no `next` of a page. */
  list(channel: string, limit: number, after: string | undefined): Promise<FilePage | undefined>;
  /** A file, if it is kept. */
  find(id: string): Promise<StoredFile | undefined>;
  /** The bytes of a file, if it is kept. */
  read(id: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Drops a file. */
  remove(id: string): Promise<void>;
}

/** How much is kept. */
export interface FileRules {
  /** Files. */
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Files that are announced and not sent. */
  readonly uploads: number;
}
