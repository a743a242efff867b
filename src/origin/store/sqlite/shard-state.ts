import type { Room } from '../budget.ts';
import { ZERO_STAMP } from '../stamp.ts';
import { type Database, textIn } from './database.ts';

/** The tables of small values of a shard: positions of its log, and what its parts hold. */
export const STATE_SCHEMA = `
CREATE TABLE state (
  shard INTEGER NOT NULL,
  name TEXT NOT NULL,
  value ANY NOT NULL,
  PRIMARY KEY (shard, name)
) STRICT, WITHOUT ROWID;
`;

type StateValue = string | number;

/**
 * Small values of a shard by name. They are read once and written at the end of a transaction; `forget` is called when
 * it was undone, or when another process has written.
 */
export class ShardState {
  readonly #db: Database;
  readonly #shard: number;
  readonly #changed = new Set<string>();
  #values: Map<string, StateValue> | undefined;

  constructor(db: Database, shard: number) {
    this.#db = db;
    this.#shard = shard;
  }

  /** A number; 0 if it was never set. */
  number(name: string): number {
    const value = this.#all().get(name) ?? 0;
    if (typeof value === 'number') return value;
    throw new TypeError(`The state ${name} is no number.`);
  }

  /** A stamp, or another text; the lowest stamp if it was never set. */
  text(name: string): string {
    const value = this.#all().get(name) ?? ZERO_STAMP;
    if (typeof value === 'string') return value;
    throw new TypeError(`The state ${name} is no text.`);
  }

  set(name: string, value: StateValue): void {
    this.#all().set(name, value);
    this.#changed.add(name);
  }

  /** Writes what has changed. */
  flush(): void {
    for (const name of this.#changed) {
      this.#db.run(
        'INSERT INTO state (shard, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        ...[this.#shard, name, this.#values?.get(name)],
      );
    }
    this.#changed.clear();
  }

  /** Forgets what was read, and what was not written. */
  forget(): void {
    this.#values = undefined;
    this.#changed.clear();
  }

  #all(): Map<string, StateValue> {
    this.#values ??= new Map(
      this.#db
        .all('SELECT name, value FROM state WHERE shard = ?', this.#shard)
        .map((row) => [textIn(row, 'name'), stateFrom(row['value'])]),
    );
    return this.#values;
  }
}

function stateFrom(value: unknown): StateValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError('A state is neither text nor number.');
}

/** What one part of a shard holds in entries and characters, within its limits; it is kept in the shard's state. */
export class ShardAccount {
  readonly #state: ShardState;
  readonly #name: string;
  readonly #limits: Room;

  constructor(state: ShardState, name: string, limits: Room) {
    this.#state = state;
    this.#name = name;
    this.#limits = limits;
  }

  get entries(): number {
    return this.#state.number(`${this.#name}.entries`);
  }

  get bytes(): number {
    return this.#state.number(`${this.#name}.bytes`);
  }

  /** `true` if it holds more than it may. */
  get isOver(): boolean {
    return this.entries > this.#limits.entries || this.bytes > this.#limits.bytes;
  }

  /** `true` if so much more can be kept. Giving room back is always possible. */
  hasRoom(entries: number, bytes: number): boolean {
    return this.excess(entries, bytes) === undefined;
  }

  /** The limit that so much more would exceed. */
  excess(entries: number, bytes: number): 'entries' | 'bytes' | undefined {
    if (entries > 0 && this.entries + entries > this.#limits.entries) return 'entries';
    return bytes > 0 && this.bytes + bytes > this.#limits.bytes ? 'bytes' : undefined;
  }

  /** Takes room, or gives it back when negative. */
  add(entries: number, bytes: number): void {
    if (entries !== 0) this.#state.set(`${this.#name}.entries`, this.entries + entries);
    if (bytes !== 0) this.#state.set(`${this.#name}.bytes`, this.bytes + bytes);
  }
}
