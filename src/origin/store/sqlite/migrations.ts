import { DatabaseSync } from 'node:sqlite';
import { Database, numberIn, textIn } from './database.ts';
import { damaged } from './failures.ts';
import { INSTANCES_SCHEMA } from './instances.ts';
import { SCHEMA } from './schema.ts';

/** `TMTK`: marks the files of this store. */
export const APPLICATION_ID = 0x54_4d_54_4b;

/** Brings the tables of a file from one version to the next. */
export type Migration = (db: Database) => void;

/** The steps from version 0, an empty file, on: the first makes the tables, the one at index 1 changes version 1 to 2. */
export const MIGRATIONS: readonly Migration[] = [(db) => db.exec(SCHEMA), (db) => db.exec(INSTANCES_SCHEMA)];

// One statement, which reads one state of the file: another process may make the tables at this moment.
const SAYS = `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) AS tables
  FROM pragma_user_version, pragma_application_id`;

/**
 * The version of the tables in a file; 0 for an empty one. Throws for a database of another program, for one of a newer
 * version, and for one of this program that says no version.
 */
export function versionIn(db: Database, path: string, newest = MIGRATIONS.length): number {
  const row = db.get(SAYS) ?? {};
  const version = numberIn(row, 'user_version');
  const id = numberIn(row, 'application_id');
  // Both are written in one transaction.
  if (id === APPLICATION_ID && version < 1) throw damaged(path, 'it does not say the version of its tables');
  if (id === APPLICATION_ID && version <= newest) return version;
  if (id === APPLICATION_ID)
    throw new Error(
      `${path} was written by a newer version of timetoken (tables ${version}, this one knows ${newest}). Update timetoken, or name another file.`,
    );
  if (id === 0 && version === 0 && numberIn(row, 'tables') === 0) return 0;
  throw new Error(`${path} is a database of another program. It was left as it is; name another file.`);
}

/** Throws for a file of this store that lacks a table or an index of its version. It is not written to. */
export function checkTables(db: Database, path: string): void {
  // Another process may bring the file to the next version meanwhile.
  db.exec('BEGIN');
  try {
    const version = versionIn(db, path);
    if (version === 0) return;
    const known = new Set(namesIn(db));
    const missing = namesOf(version).find((name) => !known.has(name));
    if (missing !== undefined) throw damaged(path, `its ${missing} is missing`);
    // Where the first page of a table cannot be read, nothing of it can. To read all of them would take minutes.
    for (const table of tablesIn(db)) db.get(`SELECT 1 FROM "${table.replaceAll('"', '""')}" LIMIT 1`);
  } finally {
    undo(db);
  }
}

// The steps say it: no list beside them has to be kept.
function namesOf(version: number): readonly string[] {
  const db = new Database(new DatabaseSync(':memory:'));
  try {
    for (const step of MIGRATIONS.slice(0, version)) step(db);
    return namesIn(db);
  } finally {
    db.close();
  }
}

function namesIn(db: Database): readonly string[] {
  return db
    .all('SELECT type, name FROM sqlite_schema')
    .map((row) => `${textIn(row, 'type')} ${textIn(row, 'name')}`);
}

function tablesIn(db: Database): readonly string[] {
  const rows = db.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
  return rows.map((row) => textIn(row, 'name'));
}

/** Brings the tables to the newest version: each step is a transaction, so that a file is of one version or the next. */
export function migrate(db: Database, path: string, steps: readonly Migration[] = MIGRATIONS): void {
  while (versionIn(db, path, steps.length) < steps.length) {
    inTransaction(db, () => {
      // Another process may have been faster.
      const version = versionIn(db, path, steps.length);
      const step = steps[version];
      if (!step) return;
      step(db);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`);
    });
  }
}

/** Runs work as one transaction. */
export function inTransaction(db: Database, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    undo(db);
    throw error;
  }
}

/** Undoes the transaction, which SQLite may have done: https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction */
export function undo(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // There is nothing left to undo.
  }
}
