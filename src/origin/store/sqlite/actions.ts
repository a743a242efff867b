import {
  type ActionRules,
  type ActionToRemove,
  type AddProblem,
  actionRequest,
  type NewAction,
  type RemoveProblem,
  type StoredAction,
} from '../actions.ts';
import type { StampRange } from '../history.ts';
import type { Stamp } from '../stamp.ts';
import { numberIn, type Row, textIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/**
 * Actions by their own stamps, and how many each message has. The unique index also finds those of a message; it holds the
 * values once more, which saves a look through ten thousand actions for each that is added.
 */
export const ACTIONS_SCHEMA = `
CREATE TABLE actions (
  shard INTEGER NOT NULL,
  tt TEXT NOT NULL,
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  user TEXT NOT NULL,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (shard, tt)
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_by_channel ON actions (shard, channel, tt);
CREATE UNIQUE INDEX actions_by_message ON actions (shard, channel, message, user, type, value);
CREATE TABLE acted_messages (
  shard INTEGER NOT NULL,
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  actions INTEGER NOT NULL,
  PRIMARY KEY (shard, channel, message)
) STRICT, WITHOUT ROWID;
`;

const NO_LIMITS: ActionRules = {
  messageActions: Number.POSITIVE_INFINITY,
  actions: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
};
const MOST_ROWS = Number.MAX_SAFE_INTEGER;

/** The message actions of one shard. */
export class SqliteActions {
  readonly #context: PartContext;
  readonly #rules: ActionRules;
  readonly #account: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    this.#rules = context.rules.actions ?? NO_LIMITS;
    const { actions: entries, bytes } = this.#rules;
    this.#account = new ShardAccount(context.state, 'actions', { entries, bytes });
    context.history.onDrop = (channel, range) => this.#drop(channel, range);
  }

  add(action: NewAction): StoredAction | AddProblem {
    const { channel, message } = action;
    if (this.#isExpired(channel, message)) this.#drop(channel, { from: message, to: message });
    if (this.#has(action)) return 'exists';
    if (this.#countOf(channel, message) >= this.#rules.messageActions) return 'full';
    const { tt } = this.#context.log.appendOne(actionRequest('added', action));
    this.#put({ ...action, tt });
    return { ...action, tt };
  }

  remove({ channel, message, tt, user }: ActionToRemove): RemoveProblem | undefined {
    const { db, shard } = this.#context;
    const row = db.get('SELECT * FROM actions WHERE shard = ? AND tt = ?', shard, tt);
    const action = row && actionIn(row);
    if (action?.channel !== channel || action.message !== message) return 'missing';
    if (this.#isExpired(channel, message)) return 'missing';
    if (action.user !== user) return 'foreign';
    this.#forget(action);
    this.#context.log.appendOne(actionRequest('removed', action));
    return undefined;
  }

  list(channel: string, { from, to, max }: StampRange & { readonly max: number }): readonly StoredAction[] {
    const { db, shard } = this.#context;
    const rows = db.all(
      `SELECT * FROM actions INDEXED BY actions_by_channel WHERE shard = ? AND channel = ? AND tt BETWEEN ? AND ? AND ${WITH_MESSAGE} ORDER BY tt DESC LIMIT ?`,
      ...[shard, channel, from, to, this.#context.now(), Math.min(max, MOST_ROWS)],
    );
    return rows.map(actionIn).reverse();
  }

  of(channel: string, messages: readonly Stamp[]): ReadonlyMap<Stamp, readonly StoredAction[]> {
    const { db, shard } = this.#context;
    const found = new Map<Stamp, readonly StoredAction[]>();
    for (const message of new Set(messages)) {
      const rows = db.all(
        `SELECT * FROM actions INDEXED BY actions_by_message WHERE shard = ? AND channel = ? AND message = ? AND ${WITH_MESSAGE} ORDER BY tt`,
        ...[shard, channel, message, this.#context.now()],
      );
      if (rows.length > 0) found.set(message, rows.map(actionIn));
    }
    return found;
  }

  #put(action: StoredAction): void {
    const { db, shard } = this.#context;
    const { tt, channel, message, user, type, value } = action;
    const weight = weightOf(action);
    db.run(
      'INSERT INTO actions (shard, tt, channel, message, user, type, value, weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[shard, tt, channel, message, user, type, value, weight],
    );
    db.run(
      'INSERT INTO acted_messages (shard, channel, message, actions) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET actions = actions + 1',
      ...[shard, channel, message],
    );
    this.#account.add(1, weight);
    while (this.#account.isOver && this.#dropOldest());
  }

  // History keeps a message until it expires, and then until it looks for such: its actions are not seen any more.
  #isExpired(channel: string, message: Stamp): boolean {
    const { db, shard } = this.#context;
    const sql = 'SELECT 1 FROM entries WHERE shard = ? AND tt = ? AND channel = ? AND expires <= ?';
    return db.get(sql, shard, message, channel, this.#context.now()) !== undefined;
  }

  #has({ channel, message, user, type, value }: NewAction): boolean {
    const { db, shard } = this.#context;
    const row = db.get(
      'SELECT 1 FROM actions WHERE shard = ? AND channel = ? AND message = ? AND user = ? AND type = ? AND value = ?',
      ...[shard, channel, message, user, type, value],
    );
    return row !== undefined;
  }

  #countOf(channel: string, message: Stamp): number {
    const { db, shard } = this.#context;
    const sql = 'SELECT actions FROM acted_messages WHERE shard = ? AND channel = ? AND message = ?';
    const row = db.get(sql, shard, channel, message);
    return row ? numberIn(row, 'actions') : 0;
  }

  #dropOldest(): boolean {
    const { db, shard } = this.#context;
    const row = db.get('SELECT * FROM actions WHERE shard = ? ORDER BY tt LIMIT 1', shard);
    if (row) this.#forget(actionIn(row));
    return row !== undefined;
  }

  #forget(action: StoredAction): void {
    const { db, shard } = this.#context;
    const { tt, channel, message } = action;
    db.run('DELETE FROM actions WHERE shard = ? AND tt = ?', shard, tt);
    db.run(
      'UPDATE acted_messages SET actions = actions - 1 WHERE shard = ? AND channel = ? AND message = ?',
      ...[shard, channel, message],
    );
    db.run(
      'DELETE FROM acted_messages WHERE shard = ? AND channel = ? AND message = ? AND actions = 0',
      ...[shard, channel, message],
    );
    this.#account.add(-1, -weightOf(action));
  }

  // The messages of a range are gone.
  #drop(channel: string, { from, to }: StampRange): void {
    const { db, shard } = this.#context;
    if (this.#account.entries === 0) return;
    const range = [shard, channel, from, to];
    const where = 'WHERE shard = ? AND channel = ? AND message BETWEEN ? AND ?';
    if (db.run(`DELETE FROM acted_messages ${where}`, ...range) === 0) return;
    const held = db.get(`SELECT count(*) AS entries, sum(weight) AS bytes FROM actions ${where}`, ...range);
    db.run(`DELETE FROM actions ${where}`, ...range);
    if (held) this.#account.add(-numberIn(held, 'entries'), -numberIn(held, 'bytes'));
  }
}

const WITH_MESSAGE =
  'NOT EXISTS (SELECT 1 FROM entries WHERE entries.shard = actions.shard AND entries.tt = actions.message AND entries.channel = actions.channel AND entries.expires <= ?)';

function actionIn(row: Row): StoredAction {
  return {
    channel: textIn(row, 'channel'),
    message: textIn(row, 'message'),
    user: textIn(row, 'user'),
    type: textIn(row, 'type'),
    value: textIn(row, 'value'),
    tt: textIn(row, 'tt'),
  };
}

function weightOf({ channel, user, type, value }: NewAction): number {
  return channel.length + user.length + type.length + value.length;
}
