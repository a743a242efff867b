import type { LogRules } from '../log.ts';
import { laterStamp, type Stamp, stampOf } from '../stamp.ts';
import { numberIn, textIn } from './database.ts';
import type { ShardContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

// Expired entries are dropped together, after so many additions.
const SWEEP_EVERY = 1_000;
// Rows that the log does not need any more are deleted together, so many at least.
const DELETE_EVERY = 200;
const PAGE = 200;

/**
 * The entries that the log keeps, the newest within its limits. It drops by moving a position, `dropped`: the rows up to
 * it are deleted later, and stay where history has them.
 */
export class LogRoom {
  readonly #context: ShardContext;
  readonly #rules: LogRules;
  readonly #account: ShardAccount;

  constructor(context: ShardContext, rules: LogRules) {
    this.#context = context;
    this.#rules = rules;
    this.#account = new ShardAccount(context.state, 'log', { entries: rules.entries, bytes: rules.bytes });
  }

  /** Counts a new entry, and drops the oldest ones if they are too many now. */
  added(weight: number): void {
    const { state } = this.#context;
    this.#account.add(1, weight);
    if (this.#account.isOver) this.#dropOldest();
    const added = state.number('log.added') + 1;
    state.set('log.added', added % SWEEP_EVERY);
    if (added === SWEEP_EVERY) this.#dropExpired();
  }

  /** The stamp of the newest entry that the log does not keep any more, expired ones among them. */
  droppedUpto(): Stamp {
    const { db, shard, state } = this.#context;
    const dropped = state.text('dropped');
    const before = this.#expiry();
    if (before === undefined || before <= dropped) return dropped;
    const row = db.get(
      'SELECT tt FROM entries WHERE shard = ? AND tt > ? AND tt < ? AND prev IS NOT NULL ORDER BY tt DESC LIMIT 1',
      ...[shard, dropped, before],
    );
    return row ? textIn(row, 'tt') : dropped;
  }

  #expiry(): Stamp | undefined {
    const { keepMs } = this.#rules;
    return keepMs === undefined ? undefined : stampOf(Math.max(0, this.#context.now() - keepMs));
  }

  #dropOldest(): void {
    const { db, shard, state } = this.#context;
    while (this.#account.isOver) {
      const oldest = db.all(
        'SELECT tt, weight FROM entries WHERE shard = ? AND tt > ? AND prev IS NOT NULL ORDER BY tt LIMIT ?',
        ...[shard, state.text('dropped'), this.#account.entries > this.#limit() + 1 ? PAGE : 1],
      );
      if (oldest.length === 0) return;
      for (const row of oldest) {
        if (!this.#account.isOver) break;
        this.#drop(textIn(row, 'tt'), { entries: 1, bytes: numberIn(row, 'weight') });
      }
    }
  }

  #limit(): number {
    return this.#rules.entries;
  }

  #dropExpired(): void {
    const { db, shard, state } = this.#context;
    const upto = this.droppedUpto();
    const dropped = state.text('dropped');
    if (upto === dropped) return;
    const row = db.get(
      'SELECT count(*) AS entries, sum(weight) AS bytes FROM entries WHERE shard = ? AND tt > ? AND tt <= ? AND prev IS NOT NULL',
      ...[shard, dropped, upto],
    );
    if (row) this.#drop(upto, { entries: numberIn(row, 'entries'), bytes: numberIn(row, 'bytes') });
  }

  #drop(upto: Stamp, { entries, bytes }: { readonly entries: number; readonly bytes: number }): void {
    const { state } = this.#context;
    this.#account.add(-entries, -bytes);
    state.set('dropped', laterStamp(state.text('dropped'), upto));
    const waiting = state.number('log.waiting') + entries;
    state.set('log.waiting', waiting);
    if (waiting >= DELETE_EVERY) this.#delete();
  }

  #delete(): void {
    const { db, shard, state } = this.#context;
    const dropped = state.text('dropped');
    db.run(
      'DELETE FROM entries WHERE shard = ? AND tt > ? AND tt <= ? AND expires IS NULL',
      ...[shard, state.text('deleted'), dropped],
    );
    state.set('deleted', dropped);
    state.set('log.waiting', 0);
  }
}
