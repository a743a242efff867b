import type { Upload } from '../files.ts';
import { numberIn, type Row, textIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Announced uploads that were not sent. */
export const ANNOUNCEMENTS_SCHEMA = `
CREATE TABLE uploads (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  token TEXT NOT NULL,
  read_token TEXT NOT NULL,
  expires REAL NOT NULL,
  PRIMARY KEY (shard, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_expiry ON uploads (shard, expires);
`;

// What has expired is dropped a part at a time.
const DROPPED_AT_ONCE = 200;

/** The uploads of one shard that were announced and not sent. */
export class Announcements {
  readonly #context: PartContext;
  readonly #account: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    const { uploads: entries = Number.POSITIVE_INFINITY } = context.rules.files ?? {};
    const bytes = Number.POSITIVE_INFINITY;
    this.#account = new ShardAccount(context.state, 'announced', { entries, bytes });
  }

  /** `true` if there is room for an upload, when what has expired is gone. One that is there needs none. */
  makeRoom(id: string): boolean {
    let isClean = this.#dropExpired();
    while (!isClean && !this.#account.hasRoom(1, 0)) isClean = this.#dropExpired();
    return this.#account.hasRoom(1, 0) || this.get(id) !== undefined;
  }

  add({ id, channel, name, token, readToken }: Upload, ttlMs: number): void {
    const { db, shard, now } = this.#context;
    this.withdraw(id);
    db.run(
      'INSERT INTO uploads (shard, id, channel, name, token, read_token, expires) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[shard, id, channel, name, token, readToken, now() + ttlMs],
    );
    this.#account.add(1, 0);
  }

  /** The row of an upload, also of one that has expired. */
  get(id: string): Row | undefined {
    const { db, shard } = this.#context;
    return db.get('SELECT * FROM uploads WHERE shard = ? AND id = ?', shard, id);
  }

  withdraw(id: string): void {
    const { db, shard } = this.#context;
    this.#account.add(-db.run('DELETE FROM uploads WHERE shard = ? AND id = ?', shard, id), 0);
  }

  // `true` if these were all.
  #dropExpired(): boolean {
    const { db, shard, now } = this.#context;
    const expired = db.all(
      'SELECT id FROM uploads WHERE shard = ? AND expires <= ? LIMIT ?',
      ...[shard, now(), DROPPED_AT_ONCE],
    );
    for (const row of expired) this.withdraw(textIn(row, 'id'));
    return expired.length < DROPPED_AT_ONCE;
  }
}

/** The upload in a row of an announcement or of a file. */
export function uploadIn(row: Row): Upload {
  return {
    id: textIn(row, 'id'),
    channel: textIn(row, 'channel'),
    name: textIn(row, 'name'),
    token: textIn(row, 'token'),
    readToken: textIn(row, 'read_token'),
  };
}

/** The end of the validity of an upload, in milliseconds since the Unix epoch. */
export function expiryIn(row: Row): number {
  return numberIn(row, 'expires');
}
