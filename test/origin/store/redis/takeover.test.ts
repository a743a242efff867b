import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../../../src/origin/store/store.ts';
import { startReplicas } from '../../../support/redis-groups.ts';
import { contentsOf, publish, read } from '../../../support/redis-load.ts';
import { until } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedShard } from '../../../support/redis-store.ts';
import { startSwitch } from '../../../support/redis-switch.ts';

const LATE_MS = -3_600_000;

describe.skipIf(!(await hasRedis()))('a server that takes over', () => {
  test.each(['local', 'replicated'] as const)(
    'with less than was acknowledged has another log, above all before, with a clock that is an hour behind (%s)',
    async (durability) => {
      const { old, one } = await group();
      const names = new Set<string>();
      const timeOffset = () => (names.has('late') ? LATE_MS : 0);
      const { log } = openedShard({ url: one.url, durability }, { timeOffset });
      const reader = await read(log);
      await publish(log, 'first');
      await old.command('REPLICAOF', 'NO', 'ONE');
      const second = await publish(log, 'second');
      await until(() => reader.names.length === 2, 'both messages');
      names.add('late');
      one.to(old);
      await until(() => reader.resets === 1, 'another log');
      expect((await log.began()) >= second).toBe(true);
      const third = await log.fence().catch((error: unknown) => error);
      // It has no replica.
      if (durability === 'replicated') expect(third).toBeInstanceOf(StoreUnavailable);
      else expect(String(third) >= second).toBe(true);
      expect([...(await contentsOf(log)).keys()]).toEqual(['first']);
    },
  );

  test('with all that one origin knows has the same log, until another comes that has seen more', async () => {
    const { old, follower, one, two } = await group();
    const options = { durability: 'replicated' } as const;
    const [first, late] = [
      openedShard({ url: one.url, ...options }).log,
      openedShard({ url: two.url, ...options }).log,
    ];
    const [reader, lateReader] = [await read(first), await read(late)];
    await publish(first, 'first');
    await until(() => reader.names.length + lateReader.names.length === 2, 'the message at both');
    one.to(undefined);
    await old.command('REPLICAOF', 'NO', 'ONE');
    await follower.command('REPLICAOF', '127.0.0.1', `${old.port}`);
    await publish(late, 'seen by one only');
    await until(() => lateReader.names.length === 2, 'the message');
    two.to(undefined);
    one.to(old);
    await publish(first, 'third');
    expect(reader.resets).toBe(0);
    two.to(old);
    await until(() => reader.resets === 1 && lateReader.resets === 1, 'another log at both');
    await until(() => lateReader.follower.isCurrent && reader.follower.isCurrent, 'its beginning');
    expect(lateReader.follower.epoch).toBe(reader.follower.epoch);
    expect([...(await contentsOf(late)).keys()]).toEqual(['first', 'third']);
  });

  test.each(['local', 'replicated'] as const)(
    'that was left and comes back, without having heard of the one between, has another log for all (%s)',
    async (durability) => {
      const { primary, old, follower, one, two } = await group();
      const [first, second] = [
        openedShard({ url: one.url, durability }).log,
        openedShard({ url: two.url, durability }).log,
      ];
      const [reader, other] = [await read(first), await read(second)];
      await publish(first, 'before');
      await until(() => reader.names.length + other.names.length === 2, 'the message at both');
      await old.command('REPLICAOF', 'NO', 'ONE');
      await follower.command('REPLICAOF', '127.0.0.1', `${old.port}`);
      for (const way of [one, two]) way.to(old);
      const between = await publish(first, 'between');
      await until(() => [reader, other].every(({ names }) => names.includes('between')), 'it at both');
      const resets = reader.resets;
      for (const way of [one, two]) way.to(primary);
      await until(() => reader.resets === resets + 1 && other.resets === resets + 1, 'another log at both');
      const after = await publish(second, 'after');
      await until(() => reader.names.includes('after'), 'what comes after');
      expect(after > between && (await first.began()) >= between).toBe(true);
      expect(other.follower.epoch).toBe(reader.follower.epoch);
      expect(reader.resets).toBe(resets + 1);
    },
  );

  test('after a restart without a loss has the same log when replicas confirm', async () => {
    const files = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const { primary: server, replicas } = await forTest(startReplicas(1, files));
    const [replica = server] = replicas;
    const { log } = openedShard({ url: server.url, durability: 'replicated' });
    const reader = await read(log);
    const first = await publish(log, 'first');
    await server.signal('SIGKILL');
    await server.start();
    const second = await publish(log, 'second');
    expect(second > first).toBe(true);
    await until(() => reader.names.length === 2, 'both messages');
    expect([reader.names, reader.resets]).toEqual([['first', 'second'], 0]);
    expect(Number(await replica.command('XLEN', '{demo}:log'))).toBe(2);
  });
});

/** A primary with three replicas: one that is cut off, one that follows it, one that confirms; and two ways to the primary. */
async function group() {
  const { primary, replicas } = await forTest(startReplicas(3));
  const [old = primary, follower = primary] = replicas;
  const [one, two] = [await forTest(startSwitch(primary)), await forTest(startSwitch(primary))];
  return { primary, old, follower, one, two };
}
