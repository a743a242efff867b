/** An announced file: its `token` permits sending the bytes. */
export interface Upload {
  /** Unique within the subscribe key, and hard to guess. */
  readonly id: string;
  readonly channel: string;
  readonly name: string;
  readonly token: string;
  /** Permits reading the bytes. */
  readonly readToken: string;
  /** The end of the upload's validity, in milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** A stored file. */
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
  /** Announces a file. Resolves to the limit that would be exceeded, without any change. */
  announce(upload: Upload): Promise<FileExcess | undefined>;
  /** The announced upload with this id that has not expired, sent or not. */
  announced(id: string): Promise<Upload | undefined>;
  /**
   * Stores the bytes of an announced file; they replace earlier ones. Resolves to the limit that would be exceeded,
   * without any change.
   */
  keep(upload: Upload, bytes: Uint8Array<ArrayBuffer>): Promise<FileExcess | undefined>;
  /** The files of a channel, oldest first, at most `limit`; `undefined` if `after` is not the `next` of a page. */
  list(channel: string, limit: number, after: string | undefined): Promise<FilePage | undefined>;
  /** A stored file; `undefined` if absent. */
  find(id: string): Promise<StoredFile | undefined>;
  /** The bytes of a stored file; `undefined` if absent. */
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
