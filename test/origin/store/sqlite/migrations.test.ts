import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { Attendance } from '../../../../src/origin/conformance/attendance.ts';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import { Database, type Row } from '../../../../src/origin/store/sqlite/database.ts';
import {
  MIGRATIONS,
  type Migration,
  migrate,
  versionIn,
} from '../../../../src/origin/store/sqlite/migrations.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { openEngine } from './engines.ts';
import { temporaryFile } from './files.ts';

const NEXT: readonly Migration[] = [
  ...MIGRATIONS,
  (db) => db.exec('ALTER TABLE shards ADD COLUMN note TEXT'),
  (db) => db.exec("UPDATE shards SET note = 'moved ' || key"),
];

function opened(path: string): Database {
  const db = new Database(new DatabaseSync(path));
  onTestFinished(() => db.close());
  return db;
}

test('a file of an older version is brought to the newest, with what it holds', async () => {
  const { engine, path, shard } = await openEngine();
  await shard.log.append([message('a')]);
  await engine.close();
  const db = opened(path);
  migrate(db, path, NEXT);
  expect(versionIn(db, path, NEXT.length)).toBe(MIGRATIONS.length + 2);
  expect(db.all('SELECT key, note FROM shards')).toEqual([{ key: 'demo', note: 'moved demo' }]);
  expect(db.all('SELECT channel FROM entries')).toEqual([{ channel: 'a' }]);
});

test('a step that fails leaves the file at the version before, whole', () => {
  const path = temporaryFile();
  const db = opened(path);
  const failing: readonly Migration[] = [
    ...NEXT,
    (each) => {
      each.exec('DROP TABLE shards');
      throw new Error('no room');
    },
  ];
  expect(() => migrate(db, path, failing)).toThrow('no room');
  expect(versionIn(db, path, failing.length)).toBe(NEXT.length);
  expect(db.all('SELECT * FROM shards')).toEqual([]);
  migrate(db, path, [...NEXT, (each) => each.exec('CREATE TABLE later (x)')]);
  expect(db.all('SELECT * FROM later')).toEqual([]);
});

test('a file whose tables are made while it is looked at is not damaged, nor of another program', () => {
  const path = temporaryFile();
  const other = opened(path);
  class Slow extends Database {
    override get(sql: string): Row | undefined {
      const row = super.get(sql);
      migrate(other, path);
      return row;
    }
  }
  const db = new Slow(new DatabaseSync(path));
  onTestFinished(() => db.close());
  expect(versionIn(db, path)).toBe(0);
  expect(versionIn(db, path)).toBe(MIGRATIONS.length);
});

test('two processes that open a new file at once make one store', async () => {
  const path = temporaryFile();
  const both = await Promise.all([openEngine({ path }), openEngine({ path })]);
  await Promise.all(both.map(({ shard }) => shard.log.append([message('a')])));
  for (const { shard } of both) expect(await entriesAfter(shard.log)).toHaveLength(2);
});

test('a file of version 1 is brought to the leases of instances, with who is present', async () => {
  const path = temporaryFile();
  const clock = new VirtualClock();
  const db = opened(path);
  migrate(db, path, MIGRATIONS.slice(0, 1));
  expect(versionIn(db, path)).toBe(1);
  const due = clock.now() + 60_000;
  db.exec(`
    INSERT INTO shards (id, key) VALUES (1, 'demo');
    INSERT INTO presence_states (id, shard, text, uses) VALUES (1, 1, '{"x":1}', 1);
    INSERT INTO leases (shard, user, channel, present, length, due, state) VALUES (1, 'ann', 'a', 1, 60000, ${due}, 1);
    INSERT INTO presence_users (shard, user, entries, bytes) VALUES (1, 'ann', 1, 11);
    INSERT INTO presence_channels (shard, channel, occupancy) VALUES (1, 'a', 1);
    INSERT INTO state (shard, name, value) VALUES
      (1, 'presence.present', 1), (1, 'presence.channels', 1), (1, 'leases.entries', 1), (1, 'leases.bytes', 11);
  `);
  const { shard } = await openEngine({ path, clock });
  const room = new Attendance(shard);
  expect(versionIn(db, path)).toBe(2);
  await room.join('ann@1', 'a');
  await room.leave('ann', 'a');
  expect(await room.hereNow(['a'])).toMatchObject({
    channels: [{ occupancy: 1, users: [{ user: 'ann', state: '{"x":1}' }] }],
  });
  await room.leave('ann@1', 'a');
  expect(await room.told()).toEqual(['control ann a', 'leave ann a 0 {"x":1}', 'control ann@1 a']);
  const counts = db.all("SELECT value FROM state WHERE name LIKE 'leases.%' OR name LIKE 'presence.%'");
  expect(counts.filter(({ value }) => value !== 0 && value !== clock.now())).toEqual([]);
  for (const table of ['leases', 'instances', 'presence_users', 'presence_channels', 'presence_states'])
    expect(db.all(`SELECT * FROM ${table}`)).toEqual([]);
});
