import { describe, expect, test } from 'vitest';
import { slotOf } from '../../../../src/origin/store/redis/cluster.ts';
import { StoreUnavailable } from '../../../../src/origin/store/store.ts';
import { startCluster } from '../../../support/redis-groups.ts';
import { contentsOf, publish, publishOn, ROOMY, read } from '../../../support/redis-load.ts';
import { until } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedStore } from '../../../support/redis-store.ts';

// Each in the slots of another primary.
const KEYS = [0, 1, 2].map((third) => {
  const names = Array.from({ length: 100 }, (_, index) => `demo-${index}`);
  return names.find((name) => Math.floor((slotOf(`{${name}}`) * 3) / 16_384) === third) ?? '';
});

test.each([
  ['{demo}', 903],
  ['{123456789}', 12_739],
])('the slot of %s is %i, as Redis says', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

describe.skipIf(!(await hasRedis()))('a cluster of three primaries with a replica each', () => {
  test('has the data of each key at one of them, and goes on when that is killed under load', async () => {
    const cluster = await forTest(startCluster());
    const [one, two] = [
      openedStore({ url: cluster.urls.slice(0, 2) }),
      openedStore({ url: cluster.urls.slice(2) }),
    ];
    const primaries = new Set<string>();
    for (const key of KEYS) {
      const reader = await read(two.shard(key, ROOMY).log);
      await publish(one.shard(key, ROOMY).log, key);
      await until(() => reader.names.length === 1, 'the message');
      primaries.add((await cluster.primaryOf(slotOf(`{${key}}`))).name);
    }
    expect(primaries.size).toBe(3);

    const logs = [one, two].map((engine) => engine.shard('demo', ROOMY).log);
    const [log] = logs;
    if (!log) throw new Error('There is a log.');
    const reader = await read(log);
    const load = publishOn(logs);
    const slot = slotOf('{demo}');
    const primary = await cluster.primaryOf(slot);
    await until(() => load.acknowledged.size > 200, '200 messages');
    await primary.signal('SIGKILL');
    const before = load.acknowledged.size;
    await until(() => load.acknowledged.size > before + 200, '200 messages more');
    await load.stop();
    expect((await cluster.primaryOf(slot)).name).not.toBe(primary.name);
    expect(reader.resets).toBe(1);
    const contents = await contentsOf(log);
    const stamps = [...load.acknowledged].slice(before + 8);
    for (const [name, stamp] of stamps) expect([name, contents.get(name)]).toEqual([name, stamp]);
    await until(() => reader.names.length >= contents.size, 'all entries to be delivered');
    expect(reader.names).toEqual([...contents.keys()]);
    process.stdout.write(
      `Cluster, primary killed: ${Math.round(load.longestPause)} ms without acknowledgements.\n`,
    );
  });

  test('refuses calls while it moves the slot to another node, and has all of it after', async () => {
    const cluster = await forTest(startCluster());
    const engine = openedStore({
      url: `redis+cluster://${cluster.servers.map(({ name }) => name).join(',')}`,
    });
    const { log } = engine.shard('demo', ROOMY);
    const reader = await read(log);
    for (const name of ['1', '2', '3']) await publish(log, name);
    const slot = `${slotOf('{demo}')}`;
    const from = await cluster.primaryOf(Number(slot));
    const to = cluster.servers.slice(0, 3).find(({ name }) => name !== from.name) ?? from;
    const [fromId, toId] = [
      String(await from.command('CLUSTER', 'MYID')),
      String(await to.command('CLUSTER', 'MYID')),
    ];
    await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    await expect(log.append([{ kind: 'message', channel: 'a', data: { payload: '1' } }])).rejects.toThrow(
      StoreUnavailable,
    );
    const keys = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100');
    if (!Array.isArray(keys)) throw new Error('There are keys.');
    await from.command('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys.map(String));
    for (const server of [to, from]) await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    await publish(log, '4');
    expect([...(await contentsOf(log)).keys()]).toEqual(['1', '2', '3', '4']);
    await until(() => reader.names.length === 4, 'all messages');
    expect(Number(await to.command('XLEN', '{demo}:log'))).toBe(4);
  });
});
