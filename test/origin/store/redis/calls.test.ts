import { describe, expect, test } from 'vitest';
import { fill } from '../../../../src/origin/conformance/engine.ts';
import type { ShardRules } from '../../../../src/origin/store/store.ts';
import { ROOMY } from '../../../support/redis-load.ts';
import { type RedisServer, startRedis } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedStore } from '../../../support/redis-store.ts';

describe.skipIf(!(await hasRedis()))('calls of Redis', () => {
  test('have everything that a turn asks of one subscribe key', async () => {
    const server = await forTest(startRedis());
    const engine = openedStore({ url: server.url });
    const [one, two] = [engine.shard('one', ROOMY), engine.shard('two', ROOMY)];
    await Promise.all([one.log.fence(), two.log.fence()]);
    const before = await callsOf(server);
    const message = { kind: 'message', channel: 'a', data: { payload: '1' } } as const;
    const appended = await Promise.all([
      ...Array.from({ length: 50 }, () => one.log.append([message])),
      ...Array.from({ length: 50 }, () => two.log.append([message, message])),
      one.history.count(['a'], [{ from: '0', to: '9' }]),
      one.groups.change('g', ['a'], []),
    ]);
    expect((await callsOf(server)) - before).toBe(2);
    const stamps = appended.slice(0, 50).flatMap((results) => (Array.isArray(results) ? results : []));
    const texts = stamps.map((result) => (typeof result === 'object' ? result.tt : ''));
    expect(texts).toEqual([...new Set(texts)].toSorted());
  });

  test('are split when a turn asks for much', async () => {
    const server = await forTest(startRedis());
    const { log } = openedStore({ url: server.url }).shard('demo', ROOMY);
    await log.fence();
    const before = await callsOf(server);
    await Promise.all(
      Array.from({ length: 1_001 }, () =>
        log.append([{ kind: 'message', channel: 'a', data: { payload: '1' } }]),
      ),
    );
    expect((await callsOf(server)) - before).toBe(3);
  });

  test('touch keys of one hash tag only', async () => {
    const server = await forTest(startRedis());
    await fill(openedStore({ url: server.url }).shard('sub-c-{x}', ROOMY));
    const keys = await server.command('KEYS', '*');
    if (!Array.isArray(keys)) throw new Error('There are keys.');
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => !String(key).startsWith('{sub-c-%7Bx%7D}:'))).toEqual([]);
  });

  test('leave no more behind than the rules allow', async () => {
    const server = await forTest(startRedis());
    const rules: ShardRules = {
      ...ROOMY,
      log: { entries: 100, bytes: 1e6, publishIds: 50, publishIdBytes: 1e6 },
      history: { channelEntries: 20, entries: 150, bytes: 1e6, keepMs: 60_000 },
    };
    const { log } = openedStore({ url: server.url }).shard('demo', rules);
    for (let round = 0; round < 20; round++) {
      await log.append(
        Array.from({ length: 100 }, (_, index) => ({
          ...({ kind: 'message', data: { payload: `"${'x'.repeat(100)}"` } } as const),
          channel: `c${index % 30}`,
          publishId: `${round}-${index}`,
          history: index % 2 === 0 ? {} : { keepMs: 30_000 },
        })),
      );
    }
    const sizes = await Promise.all([
      server.command('XLEN', '{demo}:log'),
      server.command('HLEN', '{demo}:ids'),
      server.command('LLEN', '{demo}:idorder'),
      server.command('HLEN', '{demo}:h'),
    ]);
    expect(sizes.map(Number)).toEqual([100, 50, 50, 150]);
    const orders = await Promise.all(
      ['hu', 'ho', 'he'].map((name) => server.command('ZCARD', `{demo}:${name}`)),
    );
    const [usual = 0, own = 0, ends = 0] = orders.map(Number);
    expect([usual + own, ends]).toEqual([150, own]);
  });
});

async function callsOf(server: RedisServer): Promise<number> {
  const line = String(await server.command('INFO', 'commandstats'));
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(line)?.[1] ?? 0);
}
