import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChangeLog } from './change-log.ts';
import { Database, numberIn } from './database.ts';
import { damaged, fileError, isBusy } from './failures.ts';
import { epochIn, lookAt, placeOf, sizeOf } from './incarnation.ts';
import type { WorkerSettings } from './messages.ts';
import { checkTables, inTransaction, migrate, versionIn } from './migrations.ts';
import { dropOrphans, UploadSlot } from './upload-slot.ts';

// A lock of another process is waited for, twice at most, within the time that an origin gives a call.
const BUSY_MS = 800;
const CACHE_KIB = 16_384;
const MOST_SWITCHES = 10;

/** A file that is open. */
export interface OpenFile {
  readonly db: Database;
  readonly changeLog: ChangeLog;
  readonly epoch: number;
  /** What its path leads to. */
  readonly place: string;
  readonly uploads: UploadSlot;
}

/** Opens the file, and creates it if there is none. One that is not of this store is left as it is. */
export function openFile(settings: WorkerSettings, now: number): OpenFile {
  const { path, durability } = settings;
  inspect(path);
  const before = lookAt(path);
  return opened(path, {}, (db) => {
    switchToLog(db);
    const changeLog = new ChangeLog(db, path, BUSY_MS);
    // On the disk before anything is promised: a log that is there says after a crash that the file had not been closed.
    db.exec(`PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`);
    migrate(db, path);
    const epoch = epochIn(db, before, { ...settings, now });
    inTransaction(db, () => dropOrphans(db, path));
    db.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    return { db, changeLog, epoch, place: placeOf(path), uploads: new UploadSlot(path) };
  });
}

/** Opens a file of this store to be read. Throws if it is none. */
export function openToRead(path: string): Database {
  if (sizeOf(path) === 0) throw new Error(`There is no store at ${path}.`);
  return opened(path, { readOnly: true }, (db) => {
    versionIn(db, path);
    if (isCutOff(db, path)) throw damaged(path);
    checkTables(db, path);
    return db;
  });
}

// SQLite waits for no lock where it switches: two that make a file at the same time would wait for each other. The lock of
// a transaction is waited for, and whoever had it may have switched.
function switchToLog(db: Database): void {
  for (let attempt = 1; ; attempt++) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === MOST_SWITCHES) throw error;
      inTransaction(db, () => undefined);
    }
  }
}

// Opened to be read first: nothing is written to what is not ours.
function inspect(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder))
    throw new Error(`The folder ${folder} does not exist. Create it, or name another file for the store.`);
  if (sizeOf(path) > 0) openToRead(path).close();
}

// SQLite takes part of the last page for all of it, and finds out where it reads the rest. The file is not read beside
// SQLite, since closing it would end the locks of this process.
function isCutOff(db: Database, path: string): boolean {
  const pages = numberIn(db.get('PRAGMA page_count') ?? {}, 'page_count');
  const pageBytes = numberIn(db.get('PRAGMA page_size') ?? {}, 'page_size');
  // Pages that are not in the log of changes are in the file by now: its size is looked up last.
  return sizeOf(`${path}-wal`) === 0 && sizeOf(path) < pages * pageBytes;
}

function opened<T>(path: string, options: { readonly readOnly?: true }, use: (db: Database) => T): T {
  let db: Database | undefined;
  try {
    db = new Database(new DatabaseSync(path, options));
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    return use(db);
  } catch (error) {
    db?.close();
    throw fileError(error, path);
  }
}
