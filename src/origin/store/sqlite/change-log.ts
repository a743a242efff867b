import type { Database } from './database.ts';
import { sizeOf } from './incarnation.ts';

const PAGE_BYTES = 4_096;
// The log of changes goes into the file when it has so many pages: rarely enough to be no work.
const CHECKPOINT_PAGES = 4_000;
const CHECKPOINT_BYTES = CHECKPOINT_PAGES * PAGE_BYTES;
// Others are waited for where the log begins again, and they wait meanwhile.
const PATIENCE_MS = 50;
const STEP_BYTES = CHECKPOINT_BYTES / 4;

/**
 * The log of changes beside the file. SQLite begins it again when everything in it has gone into the file and nobody reads
 * it, which with several busy processes is by chance: above twice its usual size, the others are waited for.
 */
export class ChangeLog {
  readonly #db: Database;
  readonly #path: string;
  readonly #busyMs: number;
  /** Bytes of the log above which the others are waited for next, as somebody reads who does not end. */
  #next = 0;

  constructor(db: Database, path: string, busyMs: number) {
    this.#db = db;
    this.#path = path;
    this.#busyMs = busyMs;
    db.exec(
      `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${CHECKPOINT_BYTES}`,
    );
  }

  /** Changes have been committed. Never throws: they stay committed, and what is wrong with the file the next call finds. */
  grown(): void {
    try {
      const bytes = sizeOf(`${this.#path}-wal`);
      if (bytes <= 2 * CHECKPOINT_BYTES) this.#next = 0;
      else if (bytes > this.#next) this.#beginAgain(bytes);
    } catch {
      // As SQLite does where it begins again by itself.
    }
  }

  // It is not cut to nothing: a log that is there says after a crash of the machine that the file had not been closed.
  #beginAgain(bytes: number): void {
    this.#next = bytes + STEP_BYTES;
    this.#db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    try {
      this.#db.exec('PRAGMA wal_checkpoint(RESTART)');
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${this.#busyMs}`);
    }
  }
}
