import { PUBLISH_ID_WINDOW } from '../../../protocol/publish-id.ts';
import type { LogRules } from '../log.ts';
import { type Stamp, stampOf } from '../stamp.ts';
import { textIn } from './database.ts';
import type { ShardContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** The publish ids of the last two minutes. */
export const PUBLISH_IDS_SCHEMA = `
CREATE TABLE publish_ids (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  tt TEXT NOT NULL,
  PRIMARY KEY (shard, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX publish_ids_by_age ON publish_ids (shard, tt);
`;

// Of old ones at most so many are dropped with a new one: a few milliseconds, and more than come.
const DROPPED_AT_ONCE = 8;

/** The publish ids of the last two minutes with the stamps of their entries; the oldest go first. */
export class PublishIds {
  readonly #context: ShardContext;
  readonly #account: ShardAccount;

  constructor(context: ShardContext, { publishIds: entries, publishIdBytes: bytes }: LogRules) {
    this.#context = context;
    this.#account = new ShardAccount(context.state, 'ids', { entries, bytes });
  }

  /** The stamp of the entry with an id. Drops some of the ids that are too old. */
  find(id: string, now: number): Stamp | undefined {
    const { db, shard } = this.#context;
    const expired = stampOf(Math.max(0, now - PUBLISH_ID_WINDOW));
    this.#drop(expired);
    const row = db.get('SELECT tt FROM publish_ids WHERE shard = ? AND id = ?', shard, id);
    const tt = row && textIn(row, 'tt');
    if (tt === undefined || tt > expired) return tt;
    this.#forget(id);
    return undefined;
  }

  /** Remembers the id of a new entry. */
  add(id: string, tt: Stamp): void {
    const { db, shard } = this.#context;
    db.run('INSERT INTO publish_ids (shard, id, tt) VALUES (?, ?, ?)', shard, id, tt);
    this.#account.add(1, id.length);
    while (this.#account.isOver && this.#dropOldest());
  }

  #drop(expired: Stamp): void {
    if (this.#account.entries === 0) return;
    const { db, shard } = this.#context;
    const old = db.all(
      'SELECT id FROM publish_ids WHERE shard = ? AND tt <= ? ORDER BY tt LIMIT ?',
      ...[shard, expired, DROPPED_AT_ONCE],
    );
    for (const row of old) this.#forget(textIn(row, 'id'));
  }

  #dropOldest(): boolean {
    const { db, shard } = this.#context;
    const row = db.get('SELECT id FROM publish_ids WHERE shard = ? ORDER BY tt LIMIT 1', shard);
    if (row) this.#forget(textIn(row, 'id'));
    return row !== undefined;
  }

  #forget(id: string): void {
    const { db, shard } = this.#context;
    const dropped = db.run('DELETE FROM publish_ids WHERE shard = ? AND id = ?', shard, id);
    this.#account.add(-dropped, -dropped * id.length);
  }
}
