import { describe, expect, test } from 'vitest';
import { ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { type ShardStore, StoreUnavailable } from '../../../../src/origin/store/store.ts';
import { startReplicas } from '../../../support/redis-groups.ts';
import { publish, ROOMY, read } from '../../../support/redis-load.ts';
import { until } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedShard, openedStore } from '../../../support/redis-store.ts';

const LOG = '{demo}:log';

describe.skipIf(!(await hasRedis()))('changes that a replica has to have', () => {
  test('are neither delivered nor read before it has them, and are when it has', async () => {
    const { primary, replica, options } = await group();
    const [one, two] = [openedShard(options), openedShard(options)];
    const [reader, other] = [await read(one.log), await read(two.log)];
    const first = await publish(one.log, 'first');
    await until(() => other.names.length === 1, 'the first message');
    await replica.signal('SIGSTOP');
    await expect(append(one, 'second')).rejects.toThrow(StoreUnavailable);
    expect(Number(await primary.command('XLEN', LOG))).toBe(2);
    for (const shard of [one, two]) {
      expect(await shard.log.last()).toBe(first);
      const { entries, upto } = await shard.log.readAfter(ZERO_STAMP, 10);
      expect(entries.map(({ tt }) => tt)).toEqual([first]);
      expect(upto < String(await newest(primary))).toBe(true);
      const all = { from: ZERO_STAMP, to: '9'.repeat(17), max: 10, reverse: false };
      expect((await shard.history.read(['a'], all)).get('a')?.length).toBe(1);
      expect(await shard.history.count(['a'], [all])).toEqual([1]);
    }
    expect([reader.names, other.names]).toEqual([['first'], ['first']]);
    await replica.signal('SIGCONT');
    await until(() => reader.names.length === 2 && other.names.length === 2, 'the second message');
    const [again] = await append(one, 'second');
    expect(again).toEqual({ tt: reader.stamps[1], isDuplicate: true });
  });

  test('have an unknown outcome when the connection breaks before the replica has answered', async () => {
    const { primary, replica, options } = await group();
    const { log } = openedShard(options);
    const reader = await read(log);
    await publish(log, 'first');
    await replica.signal('SIGSTOP');
    const pending = append({ log }, 'second').catch((error: unknown) => error);
    await until(async () => Number(await primary.command('XLEN', LOG)) === 2, 'the script to have run');
    await primary.command('CLIENT', 'KILL', 'TYPE', 'normal');
    expect(await pending).toBeInstanceOf(StoreUnavailable);
    expect(reader.names).toEqual(['first']);
    await replica.signal('SIGCONT');
    const tt = await publish(log, 'second');
    await until(() => reader.names.length === 2, 'the message, once');
    expect(reader.stamps[1]).toBe(tt);
    expect(Number(await primary.command('XLEN', LOG))).toBe(2);
  });

  test('are confirmed by another origin when theirs has died', async () => {
    const { primary, replica, options } = await group();
    const dying = openedStore(options);
    const reader = await read(openedShard(options).log);
    await replica.signal('SIGSTOP');
    const pending = append(dying.shard('demo', ROOMY), 'orphan').catch((error: unknown) => error);
    await until(async () => Number(await primary.command('XLEN', LOG)) === 1, 'the script to have run');
    await dying.close();
    expect(await pending).toBeInstanceOf(StoreUnavailable);
    expect(reader.names).toEqual([]);
    await replica.signal('SIGCONT');
    await until(() => reader.names.length === 1, 'the message', 5_000);
  });

  test('are refused where there are too few replicas, and reads go on', async () => {
    const { options } = await group();
    const { log } = openedShard({ ...options, replicas: 2 });
    await expect(append({ log }, 'one')).rejects.toThrow('Only 1 of 2 replicas');
    expect((await log.readAfter(ZERO_STAMP, 10)).entries).toEqual([]);
    expect(await log.last()).toBe(ZERO_STAMP);
  });

  test('are another log when a server has less than was confirmed', async () => {
    const { primary, replica, options } = await group();
    const { log } = openedShard(options);
    const reader = await read(log);
    await publish(log, 'first');
    // A replica that has nothing takes over, as one of several may.
    await primary.command('FLUSHALL');
    await until(() => reader.resets === 1, 'another log');
    const tt = await publish(log, 'second');
    expect(tt > reader.follower.began).toBe(true);
    expect(Number(await replica.command('XLEN', LOG))).toBe(1);
  });
});

async function group() {
  const { primary, replicas } = await forTest(startReplicas(1));
  const [replica = primary] = replicas;
  return { primary, replica, options: { url: primary.url, durability: 'replicated' } as const };
}

function append({ log }: Pick<ShardStore, 'log'>, name: string) {
  const data = { payload: JSON.stringify(name) };
  return log.append([{ kind: 'message', channel: 'a', data, publishId: name, history: {} }]);
}

async function newest(server: { command(...args: readonly string[]): Promise<unknown> }): Promise<unknown> {
  return server.command('HGET', '{demo}:meta', 'last');
}
