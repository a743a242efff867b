import { NO_LIMIT } from '../budget.ts';
import { type Growth, namesIn } from '../memory/lease-room.ts';
import type { LeaseRules, PresenceExcess } from '../presence.ts';
import { numberIn } from './database.ts';
import type { Lease } from './leases.ts';
import type { ShardContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** What each user's leases take, and the texts of states, each once however many leases have it. */
export const LEASE_ROOM_SCHEMA = `
CREATE TABLE presence_users (
  shard INTEGER NOT NULL,
  user TEXT NOT NULL,
  entries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (shard, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE presence_states (
  id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  text TEXT NOT NULL,
  uses INTEGER NOT NULL,
  UNIQUE (shard, text)
) STRICT;
`;

const NO_RULES: LeaseRules = { all: NO_LIMIT, user: NO_LIMIT };

/** Entries and characters. */
interface Held {
  readonly entries: number;
  readonly bytes: number;
}

type Named = Pick<Lease, 'user' | 'channel' | 'instance'>;

/** The room of the leases of one shard, and of each user's. */
export class LeaseRoom {
  readonly #context: ShardContext;
  readonly #rules: LeaseRules;
  readonly #account: ShardAccount;

  constructor(context: ShardContext) {
    this.#context = context;
    this.#rules = context.rules.leases ?? NO_RULES;
    this.#account = new ShardAccount(context.state, 'leases', this.#rules.all);
  }

  /** The limit that a change would exceed. */
  excess(user: string, { entries, names, before, next = before }: Growth): PresenceExcess | undefined {
    const held = this.#heldBy(user);
    const growth = names + (next?.length ?? 0) - (before?.length ?? 0);
    if (entries > 0 && held.entries + entries > this.#rules.user.entries) return 'user';
    if (growth > 0 && held.bytes + growth > this.#rules.user.bytes) return 'user';
    return this.#account.hasRoom(entries, names + this.#growth(next)) ? undefined : 'all';
  }

  /** Counts a lease that begins, without its state. */
  add(lease: Named): void {
    this.#hold(lease.user, { entries: 1, bytes: namesIn(lease) });
  }

  /** Counts the instance of a lease that there was without one. */
  addInstance({ user, instance }: Named): void {
    if (instance !== '') this.#hold(user, { entries: 0, bytes: instance.length });
  }

  /** Counts a lease that has ended, of which others of the user go on. */
  removeOne(lease: Named): void {
    this.#hold(lease.user, { entries: -1, bytes: -namesIn(lease) });
  }

  /** Counts a lease that has ended, with its state. */
  remove(lease: Named & Pick<Lease, 'state'>): void {
    const { user, state } = lease;
    if (state !== undefined) {
      this.#release(state);
      this.#change(user, { entries: 0, bytes: -state.length });
    }
    this.removeOne(lease);
  }

  /** Counts the new state of a lease. Returns the row of its text. */
  setState({ user, state }: Lease, next: string): number {
    if (state !== undefined) this.#release(state);
    this.#change(user, { entries: 0, bytes: next.length - (state?.length ?? 0) });
    return this.#use(next);
  }

  #hold(user: string, { entries, bytes }: Held): void {
    this.#account.add(entries, bytes);
    this.#change(user, { entries, bytes });
  }

  #heldBy(user: string): Held {
    const { db, shard } = this.#context;
    const row = db.get('SELECT entries, bytes FROM presence_users WHERE shard = ? AND user = ?', shard, user);
    return row
      ? { entries: numberIn(row, 'entries'), bytes: numberIn(row, 'bytes') }
      : { entries: 0, bytes: 0 };
  }

  #change(user: string, { entries, bytes }: Held): void {
    const { db, shard } = this.#context;
    const held = this.#heldBy(user);
    if (held.entries + entries <= 0) {
      db.run('DELETE FROM presence_users WHERE shard = ? AND user = ?', shard, user);
      return;
    }
    db.run(
      'INSERT INTO presence_users (shard, user, entries, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET entries = excluded.entries, bytes = excluded.bytes',
      ...[shard, user, held.entries + entries, held.bytes + bytes],
    );
  }

  #growth(text: string | undefined): number {
    return text === undefined || this.#usesOf(text) > 0 ? 0 : text.length;
  }

  #usesOf(text: string): number {
    const { db, shard } = this.#context;
    const row = db.get('SELECT uses FROM presence_states WHERE shard = ? AND text = ?', shard, text);
    return row ? numberIn(row, 'uses') : 0;
  }

  #use(text: string): number {
    const { db, shard } = this.#context;
    this.#account.add(0, this.#growth(text));
    const row = db.get(
      'INSERT INTO presence_states (shard, text, uses) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET uses = uses + 1 RETURNING id',
      ...[shard, text],
    );
    return numberIn(row ?? {}, 'id');
  }

  #release(text: string): void {
    const { db, shard } = this.#context;
    db.run('UPDATE presence_states SET uses = uses - 1 WHERE shard = ? AND text = ?', shard, text);
    const gone = db.run(
      'DELETE FROM presence_states WHERE shard = ? AND text = ? AND uses <= 0',
      shard,
      text,
    );
    if (gone) this.#account.add(0, -text.length);
  }
}
