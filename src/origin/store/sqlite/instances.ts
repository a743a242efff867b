import { numberIn, type Row, textIn } from './database.ts';
import type { ShardContext } from './part.ts';

/**
 * Version 2 of the tables: a lease is that of one instance of its user, and further instances on the same channel have a row
 * each beside it. An empty instance is the one that does not say which it is, as all in a file of version 1.
 */
export const INSTANCES_SCHEMA = `
ALTER TABLE leases ADD COLUMN instance TEXT NOT NULL DEFAULT '';
CREATE TABLE instances (
  lease INTEGER NOT NULL,
  instance TEXT NOT NULL,
  shard INTEGER NOT NULL,
  length INTEGER NOT NULL,
  due INTEGER NOT NULL,
  PRIMARY KEY (lease, instance)
) STRICT, WITHOUT ROWID;
CREATE INDEX instances_by_due ON instances (shard, due);
`;

/** The lease of a further instance of a user on a channel. */
export interface Instance {
  /** The row of the lease that it stands beside. */
  readonly lease: number;
  readonly instance: string;
  /** Milliseconds. */
  readonly length: number;
  /** Milliseconds since the Unix epoch. */
  readonly due: number;
}

/** The same, with whose it is. */
export interface DueInstance extends Instance {
  readonly user: string;
  readonly channel: string;
}

const INSTANCE = 'SELECT lease, instance, length, due FROM instances WHERE';

/** The rows of further instances of one shard. */
export class Instances {
  readonly #context: ShardContext;

  constructor(context: ShardContext) {
    this.#context = context;
  }

  /** The lease of an instance beside another. */
  get(lease: number, instance: string): Instance | undefined {
    if (this.#count === 0) return undefined;
    const row = this.#context.db.get(`${INSTANCE} lease = ? AND instance = ?`, lease, instance);
    return row && instanceOf(row);
  }

  /** Any of those beside a lease. */
  beside(lease: number): Instance | undefined {
    if (this.#count === 0) return undefined;
    const row = this.#context.db.get(`${INSTANCE} lease = ? LIMIT 1`, lease);
    return row && instanceOf(row);
  }

  /** Those that are due, the oldest first. */
  due(now: number, max: number): readonly DueInstance[] {
    if (this.#count === 0) return [];
    const { db, shard } = this.#context;
    return db
      .all(
        'SELECT lease, instances.instance AS instance, instances.length AS length, instances.due AS due, user, channel FROM instances JOIN leases ON leases.id = lease WHERE instances.shard = ? AND instances.due <= ? ORDER BY instances.due LIMIT ?',
        ...[shard, now, max],
      )
      .map((row) => ({ ...instanceOf(row), user: textIn(row, 'user'), channel: textIn(row, 'channel') }));
  }

  /** The time at which the first one is due. */
  firstDue(): number | undefined {
    if (this.#count === 0) return undefined;
    const { db, shard } = this.#context;
    const row = db.get('SELECT due FROM instances WHERE shard = ? ORDER BY due LIMIT 1', shard);
    return row && numberIn(row, 'due');
  }

  /** Makes the lease of an instance last from now on, and adds it if it is new. */
  set({ lease, instance, length, due }: Instance, isNew: boolean): void {
    const { db, shard } = this.#context;
    db.run(
      'INSERT INTO instances (lease, instance, shard, length, due) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET length = excluded.length, due = excluded.due',
      ...[lease, instance, shard, length, due],
    );
    if (isNew) this.#add(1);
  }

  remove({ lease, instance }: Instance): void {
    this.#context.db.run('DELETE FROM instances WHERE lease = ? AND instance = ?', lease, instance);
    this.#add(-1);
  }

  /** As that of leases, when the clock was set back. */
  shorten(now: number): void {
    const { db, shard } = this.#context;
    db.run('UPDATE instances SET due = ? + length WHERE shard = ? AND due > ? + length', now, shard, now);
  }

  // Without any, as in most shards, nothing is looked for.
  get #count(): number {
    return this.#context.state.number('presence.instances');
  }

  #add(change: 1 | -1): void {
    this.#context.state.set('presence.instances', this.#count + change);
  }
}

function instanceOf(row: Row): Instance {
  return {
    lease: numberIn(row, 'lease'),
    instance: textIn(row, 'instance'),
    length: numberIn(row, 'length'),
    due: numberIn(row, 'due'),
  };
}
