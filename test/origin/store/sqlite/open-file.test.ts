import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { createOrigin, StoreUnavailable } from '../../../../src/origin/index.ts';
import { sqliteBackup, sqliteStore } from '../../../../src/origin/sqlite.ts';
import { openEngine, RULES } from './engines.ts';
import { temporaryFile, temporaryFolder } from './files.ts';

const PAGE_BYTES = 4_096;

/** The path of a file of this store with a few hundred entries, which nobody has open. */
async function filled(): Promise<string> {
  const { engine, path, shard } = await openEngine();
  await shard.log.append(
    Array.from({ length: 500 }, (_, index) => message(`c${index}`, `"${'x'.repeat(200)}"`)),
  );
  await engine.close();
  return path;
}

function changed(path: string, change: (db: DatabaseSync) => void): string {
  const db = new DatabaseSync(path);
  change(db);
  db.close();
  return path;
}

/** Overwrites pages of a file, all but the first. */
function damage(path: string, isDamaged: (page: number, pages: number) => boolean): void {
  const bytes = readFileSync(path);
  const pages = bytes.length / PAGE_BYTES;
  for (let page = 2; page <= pages; page++)
    if (isDamaged(page, pages)) bytes.fill(0xaa, (page - 1) * PAGE_BYTES, page * PAGE_BYTES);
  writeFileSync(path, bytes);
}

/** The pages at which tables and indexes begin. */
function firstPagesOf(path: string): ReadonlySet<unknown> {
  const db = new DatabaseSync(path, { readOnly: true });
  const pages = new Set(
    db
      .prepare('SELECT rootpage FROM sqlite_schema')
      .all()
      .map(({ rootpage }) => rootpage),
  );
  db.close();
  return pages;
}

const BROKEN: readonly (readonly [what: string, make: () => Promise<string> | string, error: RegExp])[] = [
  [
    'a file that is no database',
    () => {
      const path = temporaryFile();
      writeFileSync(path, 'name,age\n'.repeat(1_000));
      return path;
    },
    /data\.db is not a SQLite database\. It was left as it is; name another file\.$/,
  ],
  [
    'a database of another program',
    () => changed(temporaryFile(), (db) => db.exec('CREATE TABLE users (name TEXT)')),
    /data\.db is a database of another program/,
  ],
  [
    'a file of a newer version',
    async () => changed(await filled(), (db) => db.exec('PRAGMA user_version = 99')),
    /data\.db was written by a newer version of timetoken \(tables 99, this one knows \d+\)/,
  ],
  [
    'a file that was cut off',
    async () => {
      const path = await filled();
      writeFileSync(path, readFileSync(path).subarray(0, 20_000));
      return path;
    },
    /data\.db is damaged: SQLite cannot read it\. It was left as it is; put a backup in its place/,
  ],
  [
    'a file without its last bytes',
    async () => {
      const path = await filled();
      writeFileSync(path, readFileSync(path).subarray(0, -1_000));
      return path;
    },
    /data\.db is damaged/,
  ],
  [
    'a file whose beginning is overwritten',
    async () => {
      const path = await filled();
      writeFileSync(path, readFileSync(path).fill(0xaa, 100, 4_096));
      return path;
    },
    /data\.db is damaged/,
  ],
  [
    'a file whose tables cannot be read',
    async () => {
      const path = await filled();
      const first = firstPagesOf(path);
      damage(path, (page) => first.has(page));
      return path;
    },
    /data\.db is damaged: SQLite cannot read it\./,
  ],
  [
    'a file that does not say its version',
    async () => changed(await filled(), (db) => db.exec('PRAGMA user_version = 0')),
    /data\.db is damaged: it does not say the version of its tables\. It was left as it is; put a backup/,
  ],
  [
    'a file without one of its tables',
    async () => changed(await filled(), (db) => db.exec('DROP TABLE history_channels')),
    /data\.db is damaged: its table history_channels is missing\. It was left as it is; put a backup/,
  ],
  [
    'a file without one of its indexes',
    async () => changed(await filled(), (db) => db.exec('DROP INDEX instances_by_due')),
    /data\.db is damaged: its index instances_by_due is missing\./,
  ],
];

test.each(BROKEN)('%s is refused with the reason, and is left as it was', async (_, make, error) => {
  const path = await make();
  const before = readFileSync(path);
  const engine = sqliteStore({ path });
  onTestFinished(() => engine.close());
  await expect(engine.open()).rejects.toThrow(error);
  const { log } = engine.shard('demo', RULES);
  await expect(log.append([message('a')])).rejects.toThrow(error);
  await engine.close();
  await expect(sqliteBackup({ path, to: `${path}.copy` })).rejects.toThrow(error);
  expect(existsSync(`${path}.copy`)).toBe(false);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a table that somebody has added does no harm', async () => {
  const path = changed(await filled(), (db) => db.exec('CREATE TABLE notes (x)'));
  const { shard } = await openEngine({ path });
  expect(await shard.log.append([message('a')])).toHaveLength(1);
});

test('a path that is a symbolic link to itself is named', async () => {
  const path = temporaryFile();
  symlinkSync(path, path);
  const engine = sqliteStore({ path });
  onTestFinished(() => engine.close());
  const error = /data\.db cannot be looked up \(ELOOP\)\. Check the path, its symbolic links and/;
  await expect(engine.open()).rejects.toThrow(error);
  await expect(sqliteBackup({ path, to: `${path}.copy` })).rejects.toThrow(error);
});

test('what is damaged where it is read later is told then, and is not called a passing failure', async () => {
  const path = await filled();
  const first = firstPagesOf(path);
  damage(path, (page, pages) => page > pages - 4 && !first.has(page));
  const engine = sqliteStore({ path });
  onTestFinished(() => engine.close());
  await engine.open();
  const { log } = engine.shard('demo', RULES);
  const error: unknown = await log.readAfter('0'.repeat(17), 500).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(StoreUnavailable);
  expect(String(error)).toMatch(/is damaged/);
  // So no balancer sends requests to it.
  await expect(engine.ping()).rejects.toThrow(/is damaged/);
  const origin = createOrigin({ store: engine });
  expect((await origin.fetch('http://origin/readyz')).status).toBe(503);
  await origin.close();
});

test('a folder that does not exist is named', async () => {
  const engine = sqliteStore({ path: join(temporaryFolder(), 'none', 'data.db') });
  onTestFinished(() => engine.close());
  await expect(engine.open()).rejects.toThrow(
    /The folder .*none does not exist\. Create it, or name another file/,
  );
});

test('an empty file becomes a store', async () => {
  const path = temporaryFile();
  writeFileSync(path, '');
  const { shard } = await openEngine({ path });
  expect(await shard.log.append([message('a')])).toHaveLength(1);
});

test('a store that was closed refuses calls', async () => {
  const { engine, shard } = await openEngine();
  await engine.close();
  await expect(shard.log.last()).rejects.toThrow(StoreUnavailable);
  await expect(engine.open()).rejects.toThrow('The store has been closed.');
});
