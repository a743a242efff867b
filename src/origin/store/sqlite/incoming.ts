import { dropBlob } from './blobs.ts';
import { numberIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Uploads whose bytes are coming, with the slot of the process that they come to. */
export const INCOMING_SCHEMA = `
CREATE TABLE incoming (
  blob INTEGER PRIMARY KEY AUTOINCREMENT,
  shard INTEGER NOT NULL,
  file TEXT NOT NULL,
  slot INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  expires REAL NOT NULL
) STRICT;
CREATE INDEX incoming_by_file ON incoming (shard, file, blob);
CREATE INDEX incoming_by_slot ON incoming (slot);
`;

const NO_LIMIT = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** The uploads of one shard whose bytes are coming. Everything about them is in the file, so that a call may run again. */
export class IncomingUploads {
  readonly #context: PartContext;
  readonly #account: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    this.#account = new ShardAccount(context.state, 'coming', NO_LIMIT);
  }

  /** Bytes that are reserved. */
  get bytes(): number {
    return this.#account.bytes;
  }

  /** Begins an upload, which is valid until a time. Returns its blob. */
  begin(file: string, expires: number): number {
    const { db, shard, uploads } = this.#context;
    const row = db.get(
      'INSERT INTO incoming (shard, file, slot, reserved, expires) VALUES (?, ?, ?, 0, ?) RETURNING blob',
      ...[shard, file, uploads.claim(db), expires],
    );
    return numberIn(row ?? {}, 'blob');
  }

  has(blob: number): boolean {
    return this.#context.db.get('SELECT 1 FROM incoming WHERE blob = ?', blob) !== undefined;
  }

  /** `true` if it is the one that began first, of those of its file. */
  isFirst(file: string, blob: number): boolean {
    const { db, shard } = this.#context;
    const sql = 'SELECT blob FROM incoming WHERE shard = ? AND file = ? ORDER BY blob LIMIT 1';
    return db.get(sql, shard, file)?.['blob'] === blob;
  }

  reserve(blob: number, bytes: number): void {
    this.#context.db.run('UPDATE incoming SET reserved = reserved + ? WHERE blob = ?', bytes, blob);
    this.#account.add(0, bytes);
  }

  /** Ends an upload. Returns the time until which it is valid; `undefined` if it had ended. */
  end(blob: number): number | undefined {
    const row = this.#context.db.get('DELETE FROM incoming WHERE blob = ? RETURNING reserved, expires', blob);
    if (row) this.#account.add(0, -numberIn(row, 'reserved'));
    return row && numberIn(row, 'expires');
  }

  /** Ends an upload that is not kept. */
  abort(blob: number): void {
    if (this.end(blob) !== undefined) dropBlob(this.#context.db, blob);
  }

  /** Ends all uploads of a file. */
  abortAll(file: string): void {
    const { db, shard } = this.#context;
    const rows = db.all('SELECT blob FROM incoming WHERE shard = ? AND file = ?', shard, file);
    for (const row of rows) this.abort(numberIn(row, 'blob'));
  }
}
