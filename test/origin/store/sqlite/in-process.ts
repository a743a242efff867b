import { DatabaseSync } from 'node:sqlite';
import type { ShardRules } from '../../../../src/origin/index.ts';
import { Database } from '../../../../src/origin/store/sqlite/database.ts';
import { type Parts, partsOf } from '../../../../src/origin/store/sqlite/parts.ts';
import { SCHEMA } from '../../../../src/origin/store/sqlite/schema.ts';
import { ShardState } from '../../../../src/origin/store/sqlite/shard-state.ts';
import { UploadSlot } from '../../../../src/origin/store/sqlite/upload-slot.ts';
import { RULES } from './engines.ts';
import { temporaryFile } from './files.ts';

/** The parts of a shard without a worker, over tables in memory. */
export interface InProcess {
  readonly db: Database;
  readonly path: string;
  readonly state: ShardState;
  readonly parts: Parts;
  readonly uploads: UploadSlot;
  advance(milliseconds: number): void;
}

export function partsInProcess(
  rules: Partial<ShardRules> = {},
  makeDatabase: (connection: DatabaseSync) => Database = (connection) => new Database(connection),
): InProcess {
  const db = makeDatabase(new DatabaseSync(':memory:'));
  db.exec(SCHEMA);
  const path = temporaryFile();
  let time = 1_795_000_000_000;
  const [state, uploads] = [new ShardState(db, 1), new UploadSlot(path)];
  const now = () => time;
  const parts = partsOf({ db, shard: 1, state, rules: { ...RULES, ...rules }, uploads, now });
  const advance = (milliseconds: number) => {
    time += milliseconds;
  };
  return { db, path, state, parts, uploads, advance };
}
