import type { FileExcess, FilePage, FileRules, NotKept, StoredFile, Upload } from '../files.ts';
import { Announcements, expiryIn, uploadIn } from './announcements.ts';
import { addBlock, BLOCK_BYTES, type Block, blockOf, dropBlob, sweepBlobs } from './blobs.ts';
import { numberIn, type Row } from './database.ts';
import { IncomingUploads } from './incoming.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Stored files, in the order of their uploads. */
export const FILES_SCHEMA = `
CREATE TABLE files (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  token TEXT NOT NULL,
  read_token TEXT NOT NULL,
  size INTEGER NOT NULL,
  created REAL NOT NULL,
  expires REAL NOT NULL,
  blob INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX files_by_id ON files (shard, id);
CREATE INDEX files_by_channel ON files (shard, channel, position);
`;

const NO_LIMITS: FileRules = {
  files: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  uploads: Number.POSITIVE_INFINITY,
};
const POSITION = /^\d{1,15}$/;
// With less room than that, nothing is reserved ahead: the limits are exact then.
const ROOMY = 16 * BLOCK_BYTES;

/** Bytes of an upload that have come. */
export interface Taking {
  readonly id: string;
  readonly blob: number;
  /** Bytes to reserve. */
  readonly bytes: number;
  readonly block: Block | undefined;
}

/** The end of an upload. */
export interface Completion {
  readonly upload: Upload;
  readonly blob: number;
  readonly size: number;
  /** The last block, if it is not full. */
  readonly block: Block | undefined;
}

/** A file that is read block by block. */
export interface OpenedFile {
  readonly blob: number;
  readonly size: number;
}

/** The files of one shard, in the worker. */
export class SqliteFiles {
  readonly #context: PartContext;
  readonly #rules: FileRules;
  readonly #announcements: Announcements;
  readonly #incoming: IncomingUploads;
  readonly #kept: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    this.#rules = context.rules.files ?? NO_LIMITS;
    this.#announcements = new Announcements(context);
    this.#incoming = new IncomingUploads(context);
    const limits = { entries: this.#rules.files, bytes: Number.POSITIVE_INFINITY };
    this.#kept = new ShardAccount(context.state, 'files', limits);
  }

  announce(upload: Upload, ttlMs: number): FileExcess | undefined {
    sweepBlobs(this.#context.db);
    if (!this.#announcements.makeRoom(upload.id)) return 'uploads';
    const excess = this.#excess(1, 1);
    if (!excess) this.#announcements.add(upload, ttlMs);
    return excess;
  }

  announced(id: string): Upload | undefined {
    const row = this.#announcements.get(id) ?? this.#file(id);
    return row && expiryIn(row) > this.#context.now() ? uploadIn(row) : undefined;
  }

  list(channel: string, limit: number, after = '0'): FilePage | undefined {
    if (!POSITION.test(after)) return undefined;
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT * FROM files WHERE shard = ? AND channel = ? AND position > ? ORDER BY position LIMIT ?',
      ...[shard, channel, Number(after), limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const files = page.map(fileIn);
    return last && rows.length > limit ? { files, next: String(numberIn(last, 'position')) } : { files };
  }

  find(id: string): StoredFile | undefined {
    const row = this.#file(id);
    return row && fileIn(row);
  }

  remove(id: string): void {
    const { db, shard } = this.#context;
    const row = this.#file(id);
    if (row) {
      db.run('DELETE FROM files WHERE shard = ? AND id = ?', shard, id);
      dropBlob(db, numberIn(row, 'blob'));
      this.#kept.add(-1, -numberIn(row, 'size'));
      this.#incoming.abortAll(id);
    }
    sweepBlobs(db);
  }

  /** The blob of a file, by which its blocks are read. */
  open(id: string): OpenedFile | undefined {
    const row = this.#file(id);
    return row && { blob: numberIn(row, 'blob'), size: numberIn(row, 'size') };
  }

  /** A block of a file; `undefined` if the file was removed or replaced. */
  block(blob: number, number: number): Uint8Array | undefined {
    return blockOf(this.#context.db, blob, number);
  }

  /** Begins an upload. Returns its blob. */
  begin(id: string): number {
    sweepBlobs(this.#context.db);
    const known = this.#announcements.get(id) ?? this.#file(id);
    return this.#incoming.begin(id, known ? expiryIn(known) : 0);
  }

  /** Reserves room for bytes that have come, perhaps for more, and stores a block. Returns the bytes that were reserved. */
  take({ id, blob, bytes, block }: Taking): number | NotKept {
    const { db } = this.#context;
    sweepBlobs(db);
    const problem = this.#problem(id, blob, bytes);
    if (problem) return problem;
    const isRoomy = this.#excess(0, bytes + ROOMY) === undefined;
    const reserved = isRoomy ? Math.max(bytes, BLOCK_BYTES) : bytes;
    this.#incoming.reserve(blob, reserved);
    if (block) addBlock(db, blob, block);
    return reserved;
  }

  /** Makes a file of an upload, whose last block is stored now. The one before it is replaced in its place. */
  complete({ upload, blob, size, block }: Completion): NotKept | undefined {
    const { db } = this.#context;
    const problem = this.#problem(upload.id, blob, 0);
    if (problem) return problem;
    if (block) addBlock(db, blob, block);
    const expires = this.#incoming.end(blob) ?? 0;
    this.#announcements.withdraw(upload.id);
    this.#put(upload, { blob, size, expires });
    sweepBlobs(db);
    return undefined;
  }

  /** Ends an upload that is not kept. */
  abort(blob: number): void {
    this.#incoming.abort(blob);
    sweepBlobs(this.#context.db);
  }

  #put(
    { id, channel, name, token, readToken }: Upload,
    { blob, size, expires }: OpenedFile & { readonly expires: number },
  ): void {
    const { db, shard } = this.#context;
    const known = this.#file(id);
    this.#kept.add(known ? 0 : 1, size - (known ? numberIn(known, 'size') : 0));
    if (known) dropBlob(db, numberIn(known, 'blob'));
    db.run(
      'INSERT INTO files (shard, id, channel, name, token, read_token, size, created, expires, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shard, id) DO UPDATE SET channel = excluded.channel, name = excluded.name, token = excluded.token, read_token = excluded.read_token, size = excluded.size, created = excluded.created, expires = excluded.expires, blob = excluded.blob',
      ...[shard, id, channel, name, token, readToken, size, this.#context.now(), expires, blob],
    );
  }

  #problem(id: string, blob: number, bytes: number): NotKept | undefined {
    if (!this.#incoming.has(blob)) return 'removed';
    const known = this.#file(id);
    if (!known) return this.#excess(1, bytes);
    // What will be replaced does not count against the limit; once only, whatever number of uploads would replace it.
    return this.#excess(0, bytes, this.#incoming.isFirst(id, blob) ? numberIn(known, 'size') : 0);
  }

  #excess(files: number, bytes: number, replaced = 0): FileExcess | undefined {
    if (!this.#kept.hasRoom(files, 0)) return 'files';
    const held = this.#kept.bytes + this.#incoming.bytes;
    return bytes > 0 && held + bytes - replaced > this.#rules.bytes ? 'bytes' : undefined;
  }

  #file(id: string): Row | undefined {
    const { db, shard } = this.#context;
    return db.get('SELECT * FROM files WHERE shard = ? AND id = ?', shard, id);
  }
}

function fileIn(row: Row): StoredFile {
  return { ...uploadIn(row), size: numberIn(row, 'size'), created: numberIn(row, 'created') };
}
