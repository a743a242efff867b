import { numberIn, optionalNumberIn, optionalTextIn, type Row, textIn } from './database.ts';
import type { ShardContext } from './part.ts';

/**
 * Leases, in the order in which users joined. One that is not `present` holds the state that was set for a user who is
 * absent. A state that many leases have is one row.
 */
export const LEASES_SCHEMA = `
CREATE TABLE leases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  shard INTEGER NOT NULL,
  user TEXT NOT NULL,
  channel TEXT NOT NULL,
  present INTEGER NOT NULL,
  length INTEGER NOT NULL,
  due INTEGER NOT NULL,
  state INTEGER
) STRICT;
CREATE UNIQUE INDEX leases_by_user ON leases (shard, user, channel);
CREATE INDEX leases_by_channel ON leases (shard, channel, id) WHERE present = 1;
CREATE INDEX leases_by_due ON leases (shard, due);
CREATE TABLE presence_channels (
  shard INTEGER NOT NULL,
  channel TEXT NOT NULL,
  occupancy INTEGER NOT NULL,
  PRIMARY KEY (shard, channel)
) STRICT, WITHOUT ROWID;
`;

/** The lease of one user on one channel, or of one of the user's instances, beside which others may stand. */
export interface Lease {
  /** Its row; 0 if it is not in the file. */
  readonly id: number;
  readonly user: string;
  readonly channel: string;
  /** Empty for the one that does not say which it is. */
  readonly instance: string;
  readonly isPresent: boolean;
  /** Milliseconds. */
  readonly length: number;
  /** Milliseconds since the Unix epoch. */
  readonly due: number;
  /** JSON text. */
  readonly state: string | undefined;
  /** The row of that text. */
  readonly stateId: number | undefined;
}

const LEASE =
  'SELECT leases.id AS id, user, channel, instance, present, length, due, text, leases.state AS state FROM leases LEFT JOIN presence_states ON presence_states.id = leases.state WHERE leases.shard = ?';

/** The rows of leases of one shard, and the numbers of users on channels. */
export class Leases {
  readonly #context: ShardContext;

  constructor(context: ShardContext) {
    this.#context = context;
  }

  /** Users on channels, each as often as they are on one. */
  get present(): number {
    return this.#context.state.number('presence.present');
  }

  /** Channels with users. */
  get channels(): number {
    return this.#context.state.number('presence.channels');
  }

  get(user: string, channel: string): Lease | undefined {
    const { db, shard } = this.#context;
    const row = db.get(`${LEASE} AND user = ? AND channel = ?`, shard, user, channel);
    return row && leaseOf(row);
  }

  /** The leases that are due, the oldest first. */
  due(now: number, max: number): readonly Lease[] {
    const { db, shard } = this.#context;
    return db.all(`${LEASE} AND due <= ? ORDER BY due, leases.id LIMIT ?`, shard, now, max).map(leaseOf);
  }

  /** The time at which the first one is due. */
  firstDue(): number | undefined {
    const { db, shard } = this.#context;
    const row = db.get('SELECT due FROM leases WHERE shard = ? ORDER BY due LIMIT 1', shard);
    return row && numberIn(row, 'due');
  }

  /** The users on a channel, in the order of their joins. */
  on(
    channel: string,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): readonly Lease[] {
    const { db, shard } = this.#context;
    return db
      .all(
        `${LEASE} AND channel = ? AND present = 1 ORDER BY leases.id LIMIT ? OFFSET ?`,
        ...[shard, channel, limit, offset],
      )
      .map(leaseOf);
  }

  channelsOf(user: string): readonly string[] {
    const { db, shard } = this.#context;
    return db
      .all('SELECT channel FROM leases WHERE shard = ? AND user = ? AND present = 1 ORDER BY id', shard, user)
      .map((row) => textIn(row, 'channel'));
  }

  /** The users on a channel. */
  occupancy(channel: string): number {
    const { db, shard } = this.#context;
    const row = db.get(
      'SELECT occupancy FROM presence_channels WHERE shard = ? AND channel = ?',
      shard,
      channel,
    );
    return row ? numberIn(row, 'occupancy') : 0;
  }

  /** Channels with users, in the order of their names. */
  channelsAfter(channel: string, limit: number): readonly string[] {
    const { db, shard } = this.#context;
    return db
      .all(
        'SELECT channel FROM presence_channels WHERE shard = ? AND channel > ? ORDER BY channel LIMIT ?',
        ...[shard, channel, limit],
      )
      .map((row) => textIn(row, 'channel'));
  }

  /** Adds a lease, which is the last of its channel. Returns its row. */
  add({ user, channel, instance, isPresent, length, due, stateId }: Omit<Lease, 'id'>): number {
    const { db, shard } = this.#context;
    const row = db.get(
      'INSERT INTO leases (shard, user, channel, instance, present, length, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id',
      ...[shard, user, channel, instance, isPresent ? 1 : 0, length, due, stateId],
    );
    if (isPresent) this.#count(channel, 1);
    return numberIn(row ?? {}, 'id');
  }

  /** Makes a lease last from now on. */
  renew({ id }: Lease, { length, due }: Pick<Lease, 'length' | 'due'>): void {
    this.#context.db.run('UPDATE leases SET length = ?, due = ? WHERE id = ?', length, due, id);
  }

  /** Another instance takes the place of one that has ended. */
  pass({ id }: Lease, { instance, length, due }: Pick<Lease, 'instance' | 'length' | 'due'>): void {
    const sql = 'UPDATE leases SET instance = ?, length = ?, due = ? WHERE id = ?';
    this.#context.db.run(sql, instance, length, due, id);
  }

  setState(id: number, state: number): void {
    this.#context.db.run('UPDATE leases SET state = ? WHERE id = ?', state, id);
  }

  remove({ id, channel, isPresent }: Lease): void {
    this.#context.db.run('DELETE FROM leases WHERE id = ?', id);
    if (isPresent) this.#count(channel, -1);
  }

  /** No lease lasts longer than its length, also if the clock was ahead when it was renewed. */
  shorten(now: number): void {
    const { db, shard } = this.#context;
    db.run('UPDATE leases SET due = ? + length WHERE shard = ? AND due > ? + length', now, shard, now);
  }

  #count(channel: string, change: 1 | -1): void {
    const { db, shard, state } = this.#context;
    const before = this.occupancy(channel);
    state.set('presence.present', this.present + change);
    if (before === 0 || before + change === 0) state.set('presence.channels', this.channels + change);
    if (before + change === 0) {
      db.run('DELETE FROM presence_channels WHERE shard = ? AND channel = ?', shard, channel);
      return;
    }
    db.run(
      'INSERT INTO presence_channels (shard, channel, occupancy) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET occupancy = excluded.occupancy',
      ...[shard, channel, before + change],
    );
  }
}

function leaseOf(row: Row): Lease {
  return {
    id: numberIn(row, 'id'),
    user: textIn(row, 'user'),
    channel: textIn(row, 'channel'),
    instance: textIn(row, 'instance'),
    isPresent: numberIn(row, 'present') === 1,
    length: numberIn(row, 'length'),
    due: numberIn(row, 'due'),
    state: optionalTextIn(row, 'text'),
    stateId: optionalNumberIn(row, 'state'),
  };
}
