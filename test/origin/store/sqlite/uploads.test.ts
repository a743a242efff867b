import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { FileStore, Upload } from '../../../../src/origin/index.ts';
import { BLOCK_BYTES } from '../../../../src/origin/store/sqlite/blobs.ts';
import { type RemoteFiles, SqliteFileStore } from '../../../../src/origin/store/sqlite/file-store.ts';
import { StoreUnavailable } from '../../../../src/origin/store/store.ts';
import { turn } from '../../../../src/protocol/turn.ts';
import { Child } from '../../../cli/child.ts';
import { openEngine } from './engines.ts';
import { temporaryFile } from './files.ts';
import { partsInProcess } from './in-process.ts';
import { HALF, UPLOAD } from './upload.ts';

const MINUTE = 60_000;

function uploadOf(id: string): Upload {
  return { ...UPLOAD, id };
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function send(files: FileStore, id: string, bytes: Uint8Array) {
  return (await files.announce(uploadOf(id), MINUTE)) ?? (await files.keep(uploadOf(id), chunksOf(bytes)));
}

/** An upload whose first bytes have come, and which ends when the test says so. */
async function begin(files: FileStore, id: string, size: number) {
  const [taken, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await files.announce(uploadOf(id), MINUTE);
  const kept = files.keep(
    uploadOf(id),
    (async function* () {
      yield new Uint8Array(size);
      taken.resolve();
      await ended.promise;
    })(),
  );
  await Promise.race([taken.promise, kept]);
  return { kept, end: () => ended.resolve() };
}

/** Rows of a table, as another process sees them. */
function rowsIn(path: string, table: 'incoming' | 'blocks' | 'dropped_blobs'): number {
  const db = new DatabaseSync(path);
  const row = db.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
  db.close();
  return Number(row?.['rows']);
}

describe('uploads of other processes', () => {
  test('are gone when the file is opened after their process was killed', async () => {
    const path = temporaryFile();
    const child = new Child(['test/origin/store/sqlite/uploading.ts', path]);
    await child.until('stdout', 'half');
    expect(rowsIn(path, 'blocks')).toBe(Math.floor(HALF / BLOCK_BYTES));
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    const { shard } = await openEngine({ path, rules: { files: { files: 9, bytes: HALF, uploads: 9 } } });
    expect(rowsIn(path, 'incoming')).toBe(0);
    expect(await shard.files.find('x')).toBeUndefined();
    expect(await send(shard.files, 'y', new Uint8Array(HALF))).toBeUndefined();
    expect(rowsIn(path, 'blocks')).toBe(Math.ceil(HALF / BLOCK_BYTES));
  });

  test('stay when another opens the file, and count there', async () => {
    const rules = { files: { files: 9, bytes: 100_000, uploads: 9 } };
    const { path, shard: one } = await openEngine({ rules });
    const upload = await begin(one.files, '1', 80_000);
    const { shard: other } = await openEngine({ path, rules });
    expect(await send(other.files, '2', new Uint8Array(30_000))).toBe('bytes');
    const beside = await begin(other.files, '3', 20_000);
    upload.end();
    beside.end();
    expect([await upload.kept, await beside.kept]).toEqual([undefined, undefined]);
    const listed = await one.files.list('a', 9, undefined);
    expect(listed?.files.map(({ size }) => size).toSorted()).toEqual([20_000, 80_000]);
  });

  test('are not kept when their file is removed', async () => {
    const { path, shard: one } = await openEngine();
    const { shard: other } = await openEngine({ path });
    await send(one.files, '1', Uint8Array.of(1));
    const upload = await begin(one.files, '1', 100_000);
    await other.files.remove('1');
    upload.end();
    expect([await upload.kept, await other.files.find('1')]).toEqual(['removed', undefined]);
    expect([rowsIn(path, 'blocks'), rowsIn(path, 'dropped_blobs')]).toEqual([0, 0]);
  });
});

describe('bytes', () => {
  test('are asked for when those before are in the file, however long that takes', async () => {
    const { path, shard } = await openEngine();
    const lock = new DatabaseSync(path);
    let asked = 0;
    await shard.files.announce(UPLOAD, MINUTE);
    const kept = shard.files.keep(
      UPLOAD,
      (async function* () {
        for (asked = 1; asked <= 5; asked++) {
          if (asked === 3) lock.exec('BEGIN IMMEDIATE');
          yield new Uint8Array(BLOCK_BYTES);
        }
      })(),
    );
    while (asked < 3) await turn();
    for (let count = 0; count < 500; count++) await turn();
    expect(asked).toBe(3);
    lock.exec('ROLLBACK');
    lock.close();
    expect(await kept).toBeUndefined();
    expect((await shard.files.find('x'))?.size).toBe(5 * BLOCK_BYTES);
  });

  test('of many uploads fill the limit to the last one, though room is reserved ahead', async () => {
    const bytes = 40 * BLOCK_BYTES;
    const { shard } = await openEngine({ rules: { files: { files: 99, bytes, uploads: 99 } } });
    const uploads = [];
    for (let id = 0; id < 40; id++) uploads.push(await begin(shard.files, `${id}`, 1));
    for (const { end } of uploads) end();
    for (const { kept } of uploads) expect(await kept).toBeUndefined();
    expect(await send(shard.files, 'rest', new Uint8Array(bytes - 40))).toBeUndefined();
    await shard.files.remove('0');
    expect(await send(shard.files, 'more', new Uint8Array(2))).toBe('bytes');
    expect(await send(shard.files, 'last', new Uint8Array(1))).toBeUndefined();
  });

  test('of a file that is replaced or removed are gone', async () => {
    const { path, shard } = await openEngine();
    for (const size of [3, 1, 2]) {
      expect(await send(shard.files, 'x', new Uint8Array(size * BLOCK_BYTES))).toBeUndefined();
      expect([rowsIn(path, 'blocks'), rowsIn(path, 'dropped_blobs')]).toEqual([size, 0]);
    }
    await shard.files.remove('x');
    expect([rowsIn(path, 'blocks'), rowsIn(path, 'dropped_blobs')]).toEqual([0, 0]);
  });

  test('of a large file that is removed go a part with each call', () => {
    const { db, parts } = partsInProcess();
    const [blob, blocks] = [parts.files.begin('x'), 250];
    for (let number = 0; number < blocks; number++) {
      const block = { number, bytes: new Uint8Array(1) };
      parts.files.take({ id: 'x', blob, bytes: 1, block });
    }
    parts.files.complete({ upload: UPLOAD, blob, size: blocks, block: undefined });
    const left = () => Number(db.get('SELECT count(*) AS blocks FROM blocks')?.['blocks']);
    parts.files.remove('x');
    const seen = [left()];
    while (left() > 0) {
      parts.files.announce(uploadOf(`${left()}`), MINUTE);
      seen.push(left());
    }
    expect(seen).toEqual([202, 154, 106, 58, 10, 0]);
  });
});

describe('the files outside of the worker', () => {
  const nothing = () => Promise.reject(new Error('not in this test'));
  const remote: RemoteFiles = {
    announce: nothing,
    announced: nothing,
    list: nothing,
    find: nothing,
    remove: nothing,
    open: nothing,
    block: nothing,
    begin: nothing,
    take: nothing,
    complete: nothing,
    abort: nothing,
  };

  test('end an upload later that could not be ended, and say why it failed', async () => {
    const aborted: number[] = [];
    let isLocked = true;
    const files = new SqliteFileStore({
      ...remote,
      begin: async () => (isLocked ? 1 : 2),
      take: async ({ bytes }) => bytes,
      complete: async () => undefined,
      abort: async (blob) => {
        if (isLocked) throw new StoreUnavailable();
        aborted.push(blob);
      },
    });
    const gone = new Error('gone');
    const failing = (async function* () {
      yield new Uint8Array(1);
      throw gone;
    })();
    await expect(files.keep(UPLOAD, failing)).rejects.toBe(gone);
    isLocked = false;
    expect(await files.keep(UPLOAD, chunksOf(Uint8Array.of(1)))).toBeUndefined();
    expect(aborted).toEqual([1]);
  });

  test('read a block when it is asked for, and no end before the last', async () => {
    const asked: number[] = [];
    const files = new SqliteFileStore({
      ...remote,
      open: async () => ({ blob: 1, size: 2 * BLOCK_BYTES + 1 }),
      block: async (_, number) => {
        asked.push(number);
        return number < 2 ? new Uint8Array(BLOCK_BYTES) : undefined;
      },
    });
    const { stream } = (await files.read('x')) ?? {};
    const reader = stream?.getReader();
    for (let count = 0; count < 10; count++) await turn();
    expect(asked).toEqual([]);
    await reader?.read();
    for (let count = 0; count < 10; count++) await turn();
    expect(asked).toEqual([0]);
    await reader?.read();
    await expect(reader?.read()).rejects.toThrow('removed or replaced');
  });
});
