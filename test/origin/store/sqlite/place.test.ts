import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { StoreUnavailable } from '../../../../src/origin/index.ts';
import { ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { openEngine } from './engines.ts';

const copyOver = (path: string) => {
  copyFileSync(path, `${path}.copy`);
  renameSync(`${path}.copy`, path);
};
const moveAway = (path: string) => renameSync(path, `${path}.away`);

test.each([
  ['was deleted', '', (path: string) => rmSync(path)],
  ['was replaced by a copy of itself', '', copyOver],
  ['has lost its log of changes', '-wal', (path: string) => rmSync(path)],
])('a file that %s acknowledges nothing more', async (_name, suffix, change) => {
  const { engine, path, shard } = await openEngine();
  await shard.log.append([message('a', '1')]);
  await engine.ping();
  change(`${path}${suffix}`);
  await expect(shard.log.append([message('a', '2')])).rejects.toThrow(
    /deleted or replaced\. Put it back, or end all that uses it/,
  );
  await expect(engine.ping()).rejects.toThrow(StoreUnavailable);
  await engine.close();
});

test('a file that is put back goes on with all that was acknowledged', async () => {
  const { engine, path, shard } = await openEngine();
  await shard.log.append([message('a', '1')]);
  moveAway(path);
  await expect(shard.log.append([message('a', '2')])).rejects.toThrow(StoreUnavailable);
  renameSync(`${path}.away`, path);
  await shard.log.append([message('a', '3')]);
  await engine.ping();
  const { entries } = await shard.log.readAfter(ZERO_STAMP, 10);
  expect(entries.map(({ data }) => data)).toEqual([
    expect.objectContaining({ payload: '1' }),
    expect.objectContaining({ payload: '3' }),
  ]);
  await engine.close();
});
