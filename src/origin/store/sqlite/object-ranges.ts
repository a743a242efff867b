import { numberIn } from './database.ts';
import type { ShardContext } from './part.ts';

/** The numbers of objects by range. */
export const OBJECT_RANGES_SCHEMA = `
CREATE TABLE object_ranges (
  shard INTEGER NOT NULL,
  name TEXT NOT NULL,
  objects INTEGER NOT NULL,
  PRIMARY KEY (shard, name)
) STRICT, WITHOUT ROWID;
`;

/** The number of objects of each range, kept in a row, so that a large one is never counted. */
export class ObjectRanges {
  readonly #context: ShardContext;

  constructor(context: ShardContext) {
    this.#context = context;
  }

  sizeOf(range: string): number {
    const { db, shard } = this.#context;
    const row = db.get('SELECT objects FROM object_ranges WHERE shard = ? AND name = ?', shard, range);
    return row ? numberIn(row, 'objects') : 0;
  }

  /** Adds to the number, or takes away when negative. */
  grow(range: string, more: number): void {
    if (more === 0) return;
    const { db, shard } = this.#context;
    db.run(
      'INSERT INTO object_ranges (shard, name, objects) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET objects = objects + excluded.objects',
      ...[shard, range, more],
    );
    db.run('DELETE FROM object_ranges WHERE shard = ? AND name = ? AND objects = 0', shard, range);
  }
}
