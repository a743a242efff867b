import { DatabaseSync } from 'node:sqlite';
import type { Database } from './database.ts';
import { numberIn } from './database.ts';
import { isBusy } from './failures.ts';

// More processes than any machine runs over one file.
const MOST_SLOTS = 10_000;

/**
 * Tells the uploads of a process that is alive from those that one left behind when it died. A process has a slot: a number,
 * and a lock on the empty file that is named after it, which the system takes away when the process ends, however it ends.
 */
export class UploadSlot {
  readonly #path: string;
  #held: { readonly number: number; readonly lock: DatabaseSync } | undefined;

  /** The path of the store's file. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The number of this process, taken when it is asked for first. */
  claim(db: Database): number {
    for (let number = 1; !this.#held && number <= MOST_SLOTS; number++) {
      // What a dead process has left there goes when the file is opened next, so that it is counted once.
      if (db.get('SELECT 1 FROM incoming WHERE slot = ?', number)) continue;
      const lock = lockOf(this.#path, number);
      if (lock) this.#held = { number, lock };
    }
    if (!this.#held) throw new Error(`${this.#path} is used by too many processes.`);
    return this.#held.number;
  }

  close(): void {
    this.#held?.lock.close();
    this.#held = undefined;
  }
}

/** Drops the uploads that processes have left behind which are not alive. To be called inside a transaction. */
export function dropOrphans(db: Database, path: string): void {
  const slots = db.all('SELECT DISTINCT slot FROM incoming').map((row) => numberIn(row, 'slot'));
  for (const slot of slots) {
    const lock = lockOf(path, slot);
    if (!lock) continue;
    for (const row of db.all('SELECT blob, shard, reserved FROM incoming WHERE slot = ?', slot)) {
      db.run('INSERT INTO dropped_blobs (blob) VALUES (?)', numberIn(row, 'blob'));
      db.run(
        "UPDATE state SET value = value - ? WHERE shard = ? AND name = 'coming.bytes'",
        ...[numberIn(row, 'reserved'), numberIn(row, 'shard')],
      );
    }
    db.run('DELETE FROM incoming WHERE slot = ?', slot);
    lock.close();
  }
}

/** The lock of a slot; `undefined` while another process has it. The file stays: to delete it would be a race. */
function lockOf(path: string, slot: number): DatabaseSync | undefined {
  const lock = new DatabaseSync(`${path}-uploads-${slot}`);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}
