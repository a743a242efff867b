import { expect, test } from 'vitest';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { createOrigin, StoreUnavailable } from '../../../../src/origin/index.ts';
import { openEngine } from './engines.ts';

test.each([
  ['that have not been sent', 0],
  ['that have been sent', 1],
])('calls %s when a key is released and the store is closed end well', async (_, turns) => {
  const { engine, shard } = await openEngine();
  await shard.log.append([message('a')]);
  const calls = Promise.all(Array.from({ length: 20 }, () => shard.log.append([message('a')])));
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  engine.release('demo');
  await engine.close();
  expect((await calls).flat()).toHaveLength(20);
});

test('a key that is released and used again at once has its calls from before and after', async () => {
  const { engine, shard } = await openEngine();
  const before = shard.log.append([message('a')]);
  engine.release('demo');
  const after = shard.log.append([message('b')]);
  expect((await Promise.all([before, after])).flat()).toHaveLength(2);
  expect(await shard.log.append([message('c')])).toHaveLength(1);
});

test.each([0, 1, 2, 5])(
  'requests under way when origin and store are closed are answered with 200 or 503 (%i turns)',
  async (turns) => {
    for (let round = 0; round < 3; round++) {
      const { engine } = await openEngine();
      const origin = createOrigin({ store: engine });
      const get = async (path: string) => {
        const answer = await origin.fetch(new Request(`http://origin${path}`));
        return [answer.status, answer.status === 500 ? await answer.text() : ''];
      };
      await get('/publish/demo/demo/0/w/0/1');
      const paths = ['/publish/demo/demo/0/a/0/1', '/v2/history/sub-key/demo/channel/a'];
      const answers = Promise.all(Array.from({ length: 40 }, (_, index) => get(paths[index % 2] ?? '')));
      for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      await origin.close();
      await engine.close();
      for (const [status, text] of await answers)
        expect([
          [200, ''],
          [503, ''],
        ]).toContainEqual([status, text]);
    }
  },
);

test('calls of a store that is closing reject with StoreUnavailable', async () => {
  const { engine, shard } = await openEngine();
  const closed = engine.close();
  await expect(shard.log.append([message('a')])).rejects.toThrow(StoreUnavailable);
  await closed;
  await expect(shard.history.count([], [])).rejects.toThrow(StoreUnavailable);
});
