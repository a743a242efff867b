import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { message, stampsOf } from '../../../../src/origin/conformance/entries.ts';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import type { ShardStore } from '../../../../src/origin/index.ts';
import { sqliteBackup, sqliteStore } from '../../../../src/origin/sqlite.ts';
import { openEngine, RULES } from './engines.ts';
import { temporaryFile } from './files.ts';

async function epochOf({ log }: ShardStore): Promise<number> {
  const epochs: number[] = [];
  const end = await log.tail({ onEntry: () => undefined, onState: ({ epoch }) => epochs.push(epoch) });
  end();
  return epochs[0] ?? 0;
}

/** A store whose machine has lost its power: the file was not closed, and another system has started since. */
async function crashed(durability: 'normal' | 'full') {
  const path = temporaryFile();
  const engine = sqliteStore({ path, durability });
  const shard = engine.shard('demo', RULES);
  const [first] = await shard.log.append([message('a')]);
  const epoch = await epochOf(shard);
  const other = new DatabaseSync(path);
  // While it is open, the log of changes stays.
  onTestFinished(() => other.close());
  await engine.close();
  other.exec("UPDATE meta SET value = 'another start' WHERE name = 'boot'");
  return { path, epoch, first: first?.tt ?? '' };
}

test('after a loss of power, `normal` may lack something, so its log is another one', async () => {
  const { path, epoch, first } = await crashed('normal');
  const { shard } = await openEngine({ path });
  expect(await epochOf(shard)).not.toBe(epoch);
  expect((await shard.log.began()) >= first).toBe(true);
  const [next] = await shard.log.append([message('b')]);
  expect((next?.tt ?? '') > (await shard.log.began())).toBe(true);
});

test('after a loss of power, `full` has everything, so its log is the same', async () => {
  const { path, epoch, first } = await crashed('full');
  const { shard } = await openEngine({ path });
  expect([await epochOf(shard), stampsOf(await entriesAfter(shard.log))]).toEqual([epoch, [first]]);
});

test('a copy is consistent while there are publishes, and begins another log', async () => {
  const { path, shard } = await openEngine();
  const to = temporaryFile();
  const epoch = await epochOf(shard);
  await shard.groups.change('g', ['a'], []);
  const pending = Array.from({ length: 200 }, (_, n) =>
    shard.log.append([message(`c${n}`, '1', { history: {} })]),
  );
  await sqliteBackup({ path, to });
  await Promise.all(pending);
  const copy = await openEngine({ path: to });
  const all = await entriesAfter(shard.log);
  const copied = await entriesAfter(copy.shard.log);
  expect(copied).toEqual(all.slice(0, copied.length));
  expect(await copy.shard.groups.list({ limit: 9 })).toEqual(['g']);
  const counted = await copy.shard.history.count(
    copied.map(({ channel }) => channel),
    copied.map(({ tt }) => ({ from: tt, to: tt })),
  );
  expect(counted.filter((count) => count === 1)).toHaveLength(copied.length - 1);
  expect(await epochOf(copy.shard)).not.toBe(epoch);
  expect(await epochOf(shard)).toBe(epoch);
});

test('a copy that is used twice begins anew once', async () => {
  const { path, shard } = await openEngine();
  await shard.log.append([message('a')]);
  const to = temporaryFile();
  await sqliteBackup({ path, to });
  const first = await openEngine({ path: to });
  const epoch = await epochOf(first.shard);
  await first.engine.close();
  expect(await epochOf((await openEngine({ path: to })).shard)).toBe(epoch);
});

test('a copy replaces no file, and is made of no other', async () => {
  const { path } = await openEngine();
  await expect(sqliteBackup({ path, to: path })).rejects.toThrow(
    /data\.db exists\. Name a file that does not/,
  );
  await expect(sqliteBackup({ path: temporaryFile(), to: temporaryFile() })).rejects.toThrow(
    /There is no store at/,
  );
});
