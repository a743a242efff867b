import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Database } from './database.ts';
import { markCopy, sizeOf } from './incarnation.ts';
import { inTransaction } from './migrations.ts';
import { openToRead } from './open-file.ts';

/** A copy to be made. */
export interface BackupTask {
  readonly path: string;
  readonly to: string;
}

/**
 * Writes a consistent copy of a file, also while processes serve from it. It has another name until it is whole, and is
 * marked: the clients of an origin that is started with it are told that something may be missing.
 */
export function backUp({ path, to }: BackupTask): void {
  if (sizeOf(to) > 0) throw new Error(`${to} exists. Name a file that does not, or remove it.`);
  const unfinished = `${to}.unfinished`;
  const db = openToRead(path);
  try {
    removeAll(unfinished);
    db.run('VACUUM INTO ?', unfinished);
    mark(unfinished);
    renameSync(unfinished, to);
  } catch (error) {
    removeAll(unfinished);
    throw error;
  } finally {
    db.close();
  }
}

function mark(path: string): void {
  const db = new Database(new DatabaseSync(path));
  try {
    db.exec('PRAGMA synchronous = FULL');
    inTransaction(db, () => markCopy(db));
  } finally {
    db.close();
  }
}

function removeAll(path: string): void {
  for (const each of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) rmSync(each, { force: true });
}
