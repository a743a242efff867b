import type { HistoryQuery, HistoryRules, StampRange, StoredEntry } from '../history.ts';
import type { Retention } from '../log.ts';
import type { Stamp } from '../stamp.ts';
import { numberIn, type Row, textIn } from './database.ts';
import { publicationOf } from './entry-rows.ts';
import type { ShardContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** How the entries of history are found, and how many each channel has. */
export const HISTORY_SCHEMA = `
CREATE INDEX history_by_channel ON entries (shard, channel, tt) WHERE expires IS NOT NULL;
CREATE INDEX history_by_expiry ON entries (shard, expires) WHERE expires IS NOT NULL;
CREATE TABLE history_channels (
  shard INTEGER NOT NULL,
  channel TEXT NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (shard, channel)
) STRICT, WITHOUT ROWID;
`;

// Entries that one addition drops, at most: more than that are too many only after the limits were lowered.
const DROPPED_AT_ONCE = 1_000;
// Expired entries that nobody asks for are dropped together, after so many additions.
const SWEEP_EVERY = 1_000;

/** An entry of history, as far as it is counted. */
interface Kept {
  readonly tt: Stamp;
  readonly channel: string;
  readonly weight: number;
}

/** The history of one shard: rows of the log's table that have a time until which they are kept. */
export class SqliteHistory {
  /** Called after the entries of a range of a channel were dropped, to drop their actions. */
  onDrop: ((channel: string, range: StampRange) => void) | undefined;
  readonly #context: ShardContext;
  readonly #rules: HistoryRules | undefined;
  readonly #account: ShardAccount;

  constructor(context: ShardContext) {
    this.#context = context;
    this.#rules = context.rules.history;
    const { entries = 0, bytes = 0 } = this.#rules ?? {};
    this.#account = new ShardAccount(context.state, 'history', { entries, bytes });
  }

  /** The time until which an entry is kept, in milliseconds since the Unix epoch; `undefined` if it is not kept. */
  expiryOf({ keepMs }: Retention): number | undefined {
    const length = keepMs ?? this.#rules?.keepMs ?? 0;
    return this.#rules && length > 0 ? Math.ceil(this.#context.now() + length) : undefined;
  }

  /** Counts a new entry, and drops the oldest ones if they are too many now. */
  added({ channel, weight }: Omit<Kept, 'tt'>): void {
    const { db, shard, state } = this.#context;
    this.#account.add(1, weight);
    const row = db.get(
      'INSERT INTO history_channels (shard, channel, entries) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET entries = entries + 1 RETURNING entries',
      ...[shard, channel],
    );
    const beyond = numberIn(row ?? {}, 'entries') - (this.#rules?.channelEntries ?? 0);
    if (beyond > 0) this.#dropFirst(channel, beyond);
    const count = state.number('history.added') + 1;
    state.set('history.added', count % SWEEP_EVERY);
    if (this.#account.isOver || count === SWEEP_EVERY) this.#dropExpired();
    for (let dropped = 0; dropped < DROPPED_AT_ONCE && this.#account.isOver && this.#dropOldest(); dropped++);
  }

  read(channels: readonly string[], query: HistoryQuery): ReadonlyMap<string, readonly StoredEntry[]> {
    const found = new Map<string, readonly StoredEntry[]>();
    for (const channel of channels) {
      const entries = this.#read(channel, query);
      if (entries.length > 0) found.set(channel, entries);
    }
    return found;
  }

  count(channels: readonly string[], ranges: readonly StampRange[]): readonly number[] {
    const { db, shard } = this.#context;
    return channels.map((channel, index) => {
      const { from, to } = ranges[index] ?? { from: '1', to: '0' };
      const row = db.get(
        'SELECT count(*) AS entries FROM entries INDEXED BY history_by_channel WHERE shard = ? AND channel = ? AND tt BETWEEN ? AND ? AND expires > ?',
        ...[shard, channel, from, to, this.#context.now()],
      );
      return numberIn(row ?? {}, 'entries');
    });
  }

  remove(channel: string, range: StampRange): void {
    const { db, shard, state } = this.#context;
    const place = [shard, channel, range.from, range.to] as const;
    const inRange = 'shard = ? AND channel = ? AND tt BETWEEN ? AND ? AND expires IS NOT NULL';
    const row = db.get(
      `SELECT count(*) AS entries, coalesce(sum(weight), 0) AS bytes FROM entries INDEXED BY history_by_channel WHERE ${inRange}`,
      ...place,
    );
    const entries = numberIn(row ?? {}, 'entries');
    this.#forget(channel, { entries, bytes: numberIn(row ?? {}, 'bytes') });
    db.run(
      `DELETE FROM entries INDEXED BY history_by_channel WHERE ${inRange} AND (prev IS NULL OR tt <= ?)`,
      ...place,
      state.text('dropped'),
    );
    db.run(`UPDATE entries INDEXED BY history_by_channel SET expires = NULL WHERE ${inRange}`, ...place);
    this.onDrop?.(channel, range);
  }

  #read(channel: string, { from, to, max, reverse }: HistoryQuery): readonly StoredEntry[] {
    const { db, shard, now } = this.#context;
    const rows = db.all(
      `SELECT tt, data, extra FROM entries INDEXED BY history_by_channel WHERE shard = ? AND channel = ? AND tt BETWEEN ? AND ? AND expires > ? ORDER BY tt ${reverse ? 'ASC' : 'DESC'} LIMIT ?`,
      ...[shard, channel, from, to, now(), max],
    );
    return (reverse ? rows : rows.toReversed()).map(storedOf);
  }

  #dropFirst(channel: string, count: number): void {
    const { db, shard } = this.#context;
    const first = db.all(
      'SELECT tt, channel, weight FROM entries INDEXED BY history_by_channel WHERE shard = ? AND channel = ? AND expires IS NOT NULL ORDER BY tt LIMIT ?',
      ...[shard, channel, Math.min(count, DROPPED_AT_ONCE)],
    );
    for (const row of first) this.#drop(keptOf(row));
  }

  #dropExpired(): void {
    const { db, shard, now } = this.#context;
    const expired = db.all(
      'SELECT tt, channel, weight FROM entries INDEXED BY history_by_expiry WHERE shard = ? AND expires <= ? LIMIT ?',
      ...[shard, now(), DROPPED_AT_ONCE],
    );
    for (const row of expired) this.#drop(keptOf(row));
  }

  // Older ones than the last that was dropped are not of history, so they are not looked at again.
  #dropOldest(): boolean {
    const { db, shard, state } = this.#context;
    const row = db.get(
      'SELECT tt, channel, weight FROM entries NOT INDEXED WHERE shard = ? AND tt >= ? AND expires IS NOT NULL ORDER BY tt LIMIT 1',
      ...[shard, state.text('history.oldest')],
    );
    if (!row) return false;
    const oldest = keptOf(row);
    state.set('history.oldest', oldest.tt);
    this.#drop(oldest);
    return true;
  }

  // The row stays if the log has it.
  #drop({ tt, channel, weight }: Kept): void {
    const { db, shard, state } = this.#context;
    const isGone = db.run(
      'DELETE FROM entries WHERE shard = ? AND tt = ? AND (prev IS NULL OR tt <= ?)',
      ...[shard, tt, state.text('dropped')],
    );
    if (!isGone) db.run('UPDATE entries SET expires = NULL WHERE shard = ? AND tt = ?', shard, tt);
    this.#forget(channel, { entries: 1, bytes: weight });
    this.onDrop?.(channel, { from: tt, to: tt });
  }

  #forget(channel: string, { entries, bytes }: { readonly entries: number; readonly bytes: number }): void {
    if (entries === 0) return;
    const { db, shard } = this.#context;
    this.#account.add(-entries, -bytes);
    const gone = db.run(
      'DELETE FROM history_channels WHERE shard = ? AND channel = ? AND entries <= ?',
      ...[shard, channel, entries],
    );
    if (gone) return;
    db.run(
      'UPDATE history_channels SET entries = entries - ? WHERE shard = ? AND channel = ?',
      ...[entries, shard, channel],
    );
  }
}

function keptOf(row: Row): Kept {
  return { tt: textIn(row, 'tt'), channel: textIn(row, 'channel'), weight: numberIn(row, 'weight') };
}

function storedOf(row: Row): StoredEntry {
  const { payload, publisher, meta, kind, customMessageType } = publicationOf(row);
  return { tt: textIn(row, 'tt'), payload, publisher, meta, kind, customMessageType };
}
