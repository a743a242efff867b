import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { fromFile, toFile } from './text.ts';

/** A row, as SQLite returns it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A value of a column; `undefined` is NULL. */
export type Value = SQLInputValue | undefined;

/** Statements on one connection, each of which is prepared once. */
export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** The first row, if there is any. */
  get(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#prepared(sql).get(...bound(values));
  }

  /** All rows. */
  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#prepared(sql).all(...bound(values));
  }

  /** Runs a statement. Returns the number of rows that it changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepared(sql).run(...bound(values)).changes);
  }

  /** Runs statements that are used once. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

// The rest parameter is an array of the call's own.
function bound(values: readonly Value[]): SQLInputValue[] {
  return values.map((value) => (typeof value === 'string' ? toFile(value) : (value ?? null)));
}

/** A column that holds text. */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return fromFile(value);
  throw new TypeError(`The column ${column} has no text.`);
}

/** A column that holds text or NULL. */
export function optionalTextIn(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textIn(row, column);
}

/** A column that holds a number. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`The column ${column} has no number.`);
}

/** A column that holds a number or NULL. */
export function optionalNumberIn(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberIn(row, column);
}
