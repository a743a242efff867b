import { Worker } from 'node:worker_threads';
import type { BackupTask } from './store/sqlite/backup.ts';
import { SqliteEngine, type SqliteStoreOptions } from './store/sqlite/engine.ts';
import { errorOf } from './store/sqlite/failures.ts';
import type { Failure } from './store/sqlite/messages.ts';

export type { BackupTask, SqliteEngine, SqliteStoreOptions };

// The workers are beside this file in the source, in what is compiled from it and in the bundle, where it stays whole.
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/**
 * A store in one SQLite file, for an origin on one machine, or several processes of it. The file is opened, and created if
 * there is none, with the first call, or with `open()`.
 *
 * @example
 * ```ts
 * const store = sqliteStore({ path: './data.db' });
 * const origin = createOrigin({ store });
 * // At the end:
 * await origin.close();
 * await store.close();
 * ```
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteEngine {
  return new SqliteEngine(options, workerFile('worker'));
}

/**
 * Writes a consistent copy of a store's file, also while processes serve from it. Whoever starts an origin with the copy
 * has another log: its clients are told of a gap. Rejects if `to` exists, or `path` is not the file of a store.
 *
 * @example
 * ```ts
 * await sqliteBackup({ path: './data.db', to: './backup.db' });
 * ```
 */
export async function sqliteBackup({ path, to }: BackupTask): Promise<void> {
  // A thread of its own: SQLite copies without a pause.
  const worker = new Worker(workerFile('backup-worker'), {
    workerData: { path, to },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const failure = await new Promise<Failure | undefined>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`The copy of ${path} was not finished.`)));
  });
  if (failure) throw errorOf(failure);
}

function workerFile(name: string): URL {
  return new URL(`./store/sqlite/${name}${EXTENSION}`, import.meta.url);
}
