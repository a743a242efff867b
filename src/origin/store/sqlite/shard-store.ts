import type { ShardStore } from '../store.ts';
import type { Calls } from './calls.ts';
import { type RemoteFiles, SqliteFileStore } from './file-store.ts';
import type { Opening } from './messages.ts';
import { METHODS, type PartName } from './methods.ts';
import type { Tails } from './tails.ts';

/** The data of one subscribe key: every method is a call of the worker. */
export function shardStore(
  opening: Opening,
  { calls, tails }: { readonly calls: Calls; readonly tails: Tails },
): ShardStore {
  const stub = (part: PartName) =>
    Object.fromEntries(
      Object.keys(METHODS[part]).map((method) => [
        method,
        (...args: readonly unknown[]) => calls.call(opening, { part, method, args }),
      ]),
    );
  const parts = Object.fromEntries(Object.keys(METHODS).map((part) => [part, stub(part as PartName)]));
  // The table has all methods of the files in the worker.
  const files = new SqliteFileStore(parts['files'] as unknown as RemoteFiles);
  const log = { ...parts['log'], tail: tails.of(opening, calls) };
  // Each method of an interface is in the table, and the part in the worker has the same arguments and result.
  return { ...parts, log, files } as unknown as ShardStore;
}
