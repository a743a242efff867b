import type { ShardRules } from '../store.ts';
import type { Database } from './database.ts';
import type { SqliteHistory } from './history.ts';
import type { SqliteLog } from './log.ts';
import type { ShardState } from './shard-state.ts';
import type { UploadSlot } from './upload-slot.ts';

/** What the log and history are made with. */
export interface ShardContext {
  readonly db: Database;
  /** The number of the subscribe key in this file. */
  readonly shard: number;
  readonly state: ShardState;
  readonly rules: ShardRules;
  /** The uploads of this process among those of all. */
  readonly uploads: UploadSlot;
  /** The time of the call, by the clock of the engine. */
  now(): number;
}

/**
 * What a part of a shard is made with. Its methods have the names of the interface, and are synchronous: each runs inside
 * a transaction, together with calls of others. One that throws is undone, and the others are run again without it.
 */
export interface PartContext extends ShardContext {
  readonly log: SqliteLog;
  readonly history: SqliteHistory;
}
