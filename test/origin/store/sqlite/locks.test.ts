import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { message, stampsOf } from '../../../../src/origin/conformance/entries.ts';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import { StoreUnavailable } from '../../../../src/origin/index.ts';
import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { turn } from '../../../../src/protocol/turn.ts';
import { openEngine } from './engines.ts';
import { temporaryFile } from './files.ts';

function lock(path: string): { free(): void } {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec('BEGIN IMMEDIATE');
  return { free: () => db.exec('COMMIT') };
}

test('a lock that another process holds refuses publishes within two seconds, and holds up nothing else', async () => {
  const { path, shard } = await openEngine();
  const [first] = await shard.log.append([message('a')]);
  const held = lock(path);
  const start = performance.now();
  let isOver = false;
  const refused = Promise.allSettled([
    shard.log.append([message('b')]),
    shard.groups.change('g', ['a'], []),
  ]).finally(() => {
    isOver = true;
  });
  let longest = 0;
  for (let last = performance.now(); !isOver; last = performance.now()) {
    await turn();
    longest = Math.max(longest, performance.now() - last);
  }
  for (const result of await refused) {
    expect(result.status === 'rejected' && result.reason).toBeInstanceOf(StoreUnavailable);
  }
  // With room for a machine that does other things: to wait for the lock here would take at least 800 ms each time.
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(longest).toBeLessThan(700);
  expect(stampsOf(await entriesAfter(shard.log))).toEqual([first?.tt]);
  held.free();
  await shard.log.append([message('c')]);
  expect((await entriesAfter(shard.log)).map(({ channel }) => channel)).toEqual(['a', 'c']);
});

test('a lock that is short is waited for', async () => {
  const { path, shard } = await openEngine();
  const held = lock(path);
  const appended = shard.log.append([message('a')]);
  for (let count = 0; count < 100; count++) await turn();
  held.free();
  expect(await appended).toHaveLength(1);
});

test('who begins to use a new file while another process does so waits for it', async () => {
  const path = temporaryFile();
  const held = lock(path);
  const engine = sqliteStore({ path });
  onTestFinished(() => engine.close());
  const start = performance.now();
  await expect(engine.open()).rejects.toThrow(StoreUnavailable);
  // SQLite itself refuses at once.
  expect(performance.now() - start).toBeGreaterThan(700);
  held.free();
  await engine.open();
});
