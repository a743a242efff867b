import { NO_LIMIT } from '../budget.ts';
import type { IntervalChanges } from '../entry.ts';
import { intervalEvent, MAX_EVENT_BYTES, NAME_FRAME, type WaitingChange } from '../memory/waiting-changes.ts';
import { numberIn, textIn } from './database.ts';
import type { ShardContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** The changes on crowded channels that wait for the next interval event. Without names, there were too many. */
export const INTERVALS_SCHEMA = `
CREATE TABLE intervals (
  shard INTEGER NOT NULL,
  channel TEXT NOT NULL,
  due INTEGER NOT NULL,
  named INTEGER NOT NULL,
  users INTEGER NOT NULL,
  characters INTEGER NOT NULL,
  PRIMARY KEY (shard, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX intervals_by_due ON intervals (shard, due);
CREATE TABLE interval_changes (
  id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  channel TEXT NOT NULL,
  user TEXT NOT NULL,
  change TEXT NOT NULL,
  UNIQUE (shard, channel, user)
) STRICT;
`;

const ANNOUNCE_MS = 10_000;

/** The changes of one channel that wait. */
export interface Interval {
  readonly channel: string;
  /** Milliseconds since the Unix epoch. */
  readonly due: number;
  /** `false`: the changes are too many for an event, or for the room there is. */
  readonly isNamed: boolean;
  readonly users: number;
  /** Characters of the event's lists, at least. */
  readonly characters: number;
}

/** The changes on crowded channels of one shard, each until the next interval event of its channel. */
export class Intervals {
  readonly #context: ShardContext;
  readonly #account: ShardAccount;
  readonly #intervalMs: number;

  constructor(context: ShardContext) {
    this.#context = context;
    const { waiting = NO_LIMIT, announceMs = ANNOUNCE_MS } = context.rules;
    this.#account = new ShardAccount(context.state, 'waiting', waiting);
    this.#intervalMs = announceMs;
  }

  /** The channel whose event is due first. */
  first(): Interval | undefined {
    return this.#found('ORDER BY due LIMIT 1');
  }

  /** Adds a change. Returns `false` if there is no room for one more channel. */
  add(channel: string, user: string, change: WaitingChange): boolean {
    const interval = this.#of(channel) ?? this.#begin(channel);
    if (!interval) return false;
    if (!interval.isNamed) return true;
    const { db, shard } = this.#context;
    const known = db.run(
      'UPDATE interval_changes SET change = ? WHERE shard = ? AND channel = ? AND user = ?',
      ...[change, shard, channel, user],
    );
    if (known) return true;
    const characters = interval.characters + user.length + NAME_FRAME;
    if (characters > MAX_EVENT_BYTES || !this.#account.hasRoom(1, user.length)) {
      this.#shorten(interval);
      return true;
    }
    db.run(
      'INSERT INTO interval_changes (shard, channel, user, change) VALUES (?, ?, ?, ?)',
      ...[shard, channel, user, change],
    );
    this.#account.add(1, user.length);
    this.#set({ ...interval, users: interval.users + 1, characters });
    return true;
  }

  /** The user's last change is in the log: an older one must not follow. */
  forget(channel: string, user: string): void {
    if (this.#account.entries === 0) return;
    const { db, shard } = this.#context;
    const gone = db.run(
      'DELETE FROM interval_changes WHERE shard = ? AND channel = ? AND user = ?',
      ...[shard, channel, user],
    );
    const interval = gone ? this.#of(channel) : undefined;
    if (!interval) return;
    this.#account.add(-1, -user.length);
    const characters = interval.characters - user.length - NAME_FRAME;
    const left = { ...interval, users: interval.users - 1, characters };
    if (left.users === 0) this.#remove(left);
    else this.#set(left);
  }

  /** Takes the changes of a channel as its event. */
  take(interval: Interval, occupancy: number): IntervalChanges {
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT user, change FROM interval_changes WHERE shard = ? AND channel = ? ORDER BY id',
      ...[shard, interval.channel],
    );
    // `add` has written the changes.
    const users = new Map(rows.map((row) => [textIn(row, 'user'), textIn(row, 'change') as WaitingChange]));
    this.#shorten(interval);
    this.#remove(interval);
    return intervalEvent({ users: interval.isNamed ? users : undefined }, occupancy);
  }

  /** No event waits longer than an interval, also if the clock was ahead when it began. */
  hasten(now: number): void {
    const { db, shard } = this.#context;
    const latest = now + this.#intervalMs;
    db.run('UPDATE intervals SET due = ? WHERE shard = ? AND due > ?', latest, shard, latest);
  }

  #of(channel: string): Interval | undefined {
    return this.#found('AND channel = ?', channel);
  }

  #found(which: string, ...values: readonly string[]): Interval | undefined {
    const { db, shard } = this.#context;
    const sql = 'SELECT channel, due, named, users, characters FROM intervals WHERE shard = ?';
    const row = db.get(`${sql} ${which}`, shard, ...values);
    return (
      row && {
        channel: textIn(row, 'channel'),
        due: numberIn(row, 'due'),
        isNamed: numberIn(row, 'named') === 1,
        users: numberIn(row, 'users'),
        characters: numberIn(row, 'characters'),
      }
    );
  }

  #begin(channel: string): Interval | undefined {
    if (!this.#account.hasRoom(1, channel.length)) return undefined;
    this.#account.add(1, channel.length);
    const due = Math.ceil(this.#context.now() + this.#intervalMs);
    const interval = { channel, due, isNamed: true, users: 0, characters: 0 };
    this.#set(interval);
    return interval;
  }

  #set({ channel, due, isNamed, users, characters }: Interval): void {
    const { db, shard } = this.#context;
    db.run(
      'INSERT OR REPLACE INTO intervals (shard, channel, due, named, users, characters) VALUES (?, ?, ?, ?, ?, ?)',
      ...[shard, channel, due, isNamed ? 1 : 0, users, characters],
    );
  }

  // The event tells clients to look again, and needs no names.
  #shorten(interval: Interval): void {
    const { db, shard } = this.#context;
    const { channel, users, characters } = interval;
    this.#account.add(-users, users * NAME_FRAME - characters);
    db.run('DELETE FROM interval_changes WHERE shard = ? AND channel = ?', shard, channel);
    this.#set({ ...interval, isNamed: false, users: 0, characters: 0 });
  }

  #remove({ channel }: Interval): void {
    const { db, shard } = this.#context;
    db.run('DELETE FROM intervals WHERE shard = ? AND channel = ?', shard, channel);
    this.#account.add(-1, -channel.length);
  }
}
