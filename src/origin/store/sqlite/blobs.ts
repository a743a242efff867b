import { type Database, numberIn } from './database.ts';

/**
 * The bytes of files in blocks, of files that are coming too; and the blobs that nothing refers to any more, whose blocks
 * go a few at a time.
 */
export const BLOBS_SCHEMA = `
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY,
  blob INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX blocks_by_blob ON blocks (blob, number);
CREATE TABLE dropped_blobs (
  blob INTEGER PRIMARY KEY
) STRICT;
`;

/** Bytes of a block: one is written in a tenth of a millisecond, and held for each upload that is under way. */
export const BLOCK_BYTES = 131_072;
// Blocks that go with one call, in one or two milliseconds: more than a file of the default limit has.
const SWEPT = 48;

/** A block of a blob, if there is one. */
export interface Block {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Adds a block. */
export function addBlock(db: Database, blob: number, { number, bytes }: Block): void {
  db.run('INSERT INTO blocks (blob, number, bytes) VALUES (?, ?, ?)', blob, number, bytes);
}

/** The bytes of a block; `undefined` if it is not there any more. */
export function blockOf(db: Database, blob: number, number: number): Uint8Array | undefined {
  const bytes = db.get('SELECT bytes FROM blocks WHERE blob = ? AND number = ?', blob, number)?.['bytes'];
  return bytes instanceof Uint8Array ? bytes : undefined;
}

/** Lets a blob go, whose blocks are deleted by the next sweeps. */
export function dropBlob(db: Database, blob: number): void {
  db.run('INSERT INTO dropped_blobs (blob) VALUES (?)', blob);
}

/** Deletes some blocks of blobs that were dropped, so that no transaction takes long, however large a file was. */
export function sweepBlobs(db: Database): void {
  for (let left = SWEPT; left > 0; ) {
    const row = db.get('SELECT blob FROM dropped_blobs LIMIT 1');
    if (!row) return;
    const blob = numberIn(row, 'blob');
    const deleted = db.run(
      'DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE blob = ? LIMIT ?)',
      ...[blob, left],
    );
    if (deleted < left) db.run('DELETE FROM dropped_blobs WHERE blob = ?', blob);
    left -= Math.max(1, deleted);
  }
}
