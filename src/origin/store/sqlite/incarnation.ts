import { readFileSync, statSync } from 'node:fs';
import { stampOf } from '../stamp.ts';
import { type Database, numberIn, textIn } from './database.ts';
import { unreachable } from './failures.ts';
import type { WorkerSettings } from './messages.ts';
import { inTransaction } from './migrations.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** What is known about a file before it is opened. */
export interface Before {
  /** There are changes that have not reached the file: nobody has closed it. */
  readonly wasOpen: boolean;
  readonly boot: string;
}

/** Looks at a file before it is opened. */
export function lookAt(path: string): Before {
  return { wasOpen: sizeOf(`${path}-wal`) > 0, boot: bootOf() };
}

/** Bytes of a file; 0 if there is none. Throws if that cannot be said. */
export function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (cause) {
    throw unreachable(path, cause);
  }
}

/** What the paths of a file and of its log of changes lead to. Another text: one of them was deleted or replaced. */
export function placeOf(path: string): string {
  return [path, `${path}-wal`].map(identityOf).join();
}

// A disk that has gone is no reason to end what runs: it says so when it is read.
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}

/**
 * The number of the logs in the file. It is drawn anew where acknowledged entries may be missing: in a copy that is used
 * for the first time, and after the machine has ended without closing a file of the durability `normal`.
 */
export function epochIn(
  db: Database,
  before: Before,
  settings: WorkerSettings & { readonly now: number },
): number {
  inTransaction(db, () => {
    const known = db.get("SELECT value FROM meta WHERE name = 'epoch'");
    if (!known || hasLost(db, before)) beginAnew(db, settings);
    const isSafe = settings.durability === 'full' && (metaOf(db, 'boot') !== before.boot || isFull(db));
    setMeta(db, 'boot', before.boot);
    setMeta(db, 'durability', isSafe ? 'full' : 'normal');
  });
  return numberIn(db.get("SELECT value FROM meta WHERE name = 'epoch'") ?? {}, 'value');
}

/** Marks a copy of a file: whoever opens it finds that it may lack what came later. */
export function markCopy(db: Database): void {
  setMeta(db, 'copied', 'yes');
}

function hasLost(db: Database, { wasOpen, boot }: Before): boolean {
  if (metaOf(db, 'copied') !== undefined) return true;
  return wasOpen && boot !== '' && metaOf(db, 'boot') !== boot && !isFull(db);
}

function isFull(db: Database): boolean {
  return metaOf(db, 'durability') === 'full';
}

// The new logs begin now: what clients have seen before is not in them, for all that is known.
function beginAnew(db: Database, { epoch, now }: { readonly epoch: number; readonly now: number }): void {
  const previous = db.get("SELECT value FROM meta WHERE name = 'epoch'")?.['value'];
  setMeta(db, 'epoch', epoch === previous ? epoch + 1 : epoch);
  db.run("DELETE FROM meta WHERE name = 'copied'");
  db.run("UPDATE state SET value = max(value, ?) WHERE name = 'head'", stampOf(Math.floor(now)));
  db.run(
    "UPDATE state SET value = (SELECT value FROM state AS head WHERE head.shard = state.shard AND head.name = 'head') WHERE name = 'began'",
  );
}

function metaOf(db: Database, name: string): string | undefined {
  const row = db.get('SELECT value FROM meta WHERE name = ?', name);
  return row && textIn(row, 'value');
}

function setMeta(db: Database, name: string, value: string | number): void {
  db.run(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ...[name, value],
  );
}

// Elsewhere than on Linux it is not known whether the machine has started anew.
function bootOf(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return '';
  }
}
