/** An announced file: its `token` permits sending the bytes. */
export interface Upload {
  /** Unique within the subscribe key, and not to be guessed. */
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly token: string;
  /** Permits reading the bytes. */
  readonly readToken: string;
  /** The end of the upload's validity, in milliseconds since the Unix epoch. */
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
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
}

/** The limit that a file would exceed: announced uploads, files, or the bytes of all files. */
export type FileExcess = 'uploads' | 'files' | 'bytes';

/** The files of one subscribe key. */
export interface FileStore {
  /** Announces a file. Resolves to what is exceeded, and then nothing is announced. */
  announce(upload: Upload): Promise<FileExcess | undefined>;
  /** The announced upload with this id that has not expired, sent or not. */
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

/** The limits of files. */
export interface FileRules {
  /** Files. */
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Files that are announced and not sent. */
  readonly uploads: number;
}
