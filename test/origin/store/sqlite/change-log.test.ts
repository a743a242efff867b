import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { ChangeLog } from '../../../../src/origin/store/sqlite/change-log.ts';
import { Database } from '../../../../src/origin/store/sqlite/database.ts';
import { temporaryFile } from './files.ts';

const USUAL = 16_384_000;
const MEGABYTE = 1_000_000;

/** A file with a process that writes, whose log is never begun again by chance, and one that reads it meanwhile. */
function opened() {
  const path = temporaryFile();
  const db = new Database(new DatabaseSync(path));
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (bytes BLOB); INSERT INTO t VALUES (NULL)');
  const changeLog = new ChangeLog(db, path, 800);
  db.exec('PRAGMA wal_autocheckpoint = 0');
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN; SELECT * FROM t');
  const size = () => statSync(`${path}-wal`).size;
  let count = 0;
  const write = (bytes: number) => {
    // Pages that stay the same would not be written.
    db.run('UPDATE t SET bytes = ?', new Uint8Array(bytes).fill(++count));
    changeLog.grown();
  };
  return { db, reader, size, write };
}

describe('the log of changes', () => {
  test('begins again above twice its usual size, and is cut to that', () => {
    const { db, reader, size, write } = opened();
    reader.close();
    for (let count = 0; count < 100; count++) write(MEGABYTE);
    expect(size()).toBeLessThanOrEqual(2 * USUAL + 2 * MEGABYTE);
    for (let count = 0; count < 40 && size() > USUAL; count++) write(1);
    expect(size()).toBeGreaterThan(0);
    expect(size()).toBeLessThanOrEqual(2 * USUAL);
    db.close();
  });

  test('grows while somebody reads what is in it, and is cut when they have ended', () => {
    const { db, reader, size, write } = opened();
    for (let count = 0; count < 40; count++) write(MEGABYTE);
    expect(size()).toBeGreaterThan(2 * USUAL + 4 * MEGABYTE);
    reader.close();
    for (let count = 0; count < 6; count++) write(MEGABYTE);
    expect(size()).toBeLessThanOrEqual(USUAL);
    db.close();
  });

  test('that cannot be looked at ends nothing', () => {
    const db = new Database(new DatabaseSync(':memory:'));
    const changeLog = new ChangeLog(db, '\0', 800);
    expect(() => changeLog.grown()).not.toThrow();
    db.close();
  });
});
