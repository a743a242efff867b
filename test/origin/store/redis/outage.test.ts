import { describe, expect, test } from 'vitest';
import { RedisStoreError } from '../../../../src/origin/store/redis/errors.ts';
import { ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { StoreUnavailable } from '../../../../src/origin/store/store.ts';
import { contentsOf, publish, publishOn, ROOMY, read } from '../../../support/redis-load.ts';
import { pause, startRedis, until } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedShard, openedStore } from '../../../support/redis-store.ts';

const WITHIN_MS = 2_000;

describe.skipIf(!(await hasRedis()))('a store that loses Redis', () => {
  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'answers within two seconds (%s), and goes on by itself',
    async (signal) => {
      const server = await forTest(startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] }));
      const { log, history } = openedShard({ url: server.url });
      const reader = await read(log);
      const states: boolean[] = [];
      const end = await log.tail({ onEntry: () => undefined, onState: ({ isUp }) => states.push(isUp) });
      const first = await publish(log, 'first');
      await until(() => reader.names.length === 1, 'the first message');
      await server.signal(signal);
      for (let round = 0; round < 2; round++) {
        const began = performance.now();
        const calls = [
          log.append([{ kind: 'message', channel: 'a', data: { payload: '1' } }]),
          log.fence(),
          log.readAfter(ZERO_STAMP, 10),
          history.count(['a'], [{ from: ZERO_STAMP, to: first }]),
        ];
        for (const call of await Promise.allSettled(calls)) {
          expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
        }
        expect(performance.now() - began).toBeLessThan(WITHIN_MS);
      }
      expect(states.at(-1)).toBe(false);
      if (signal === 'SIGKILL') await server.start();
      else await server.signal('SIGCONT');
      const second = await publish(log, 'second');
      expect(second > first).toBe(true);
      await until(() => reader.names.at(-1) === 'second', 'the second message');
      await until(() => states.at(-1) === true, 'the tail to be up');
      // A server that was started again may have lost something; one that was frozen has not.
      expect(reader.resets).toBe(signal === 'SIGKILL' ? 1 : 0);
      end();
    },
  );

  test('loses and doubles nothing when its connections are killed again and again under load', async () => {
    const server = await forTest(startRedis());
    const logs = [openedShard({ url: server.url }).log, openedShard({ url: server.url }).log];
    const readers = await Promise.all(logs.map(read));
    const load = publishOn(logs);
    for (let round = 1; round <= 4; round++) {
      await until(() => load.acknowledged.size > round * 300, 'messages');
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      if (round % 2 === 0) await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    }
    await load.stop();
    const [log] = logs;
    if (!log) throw new Error('There is a log.');
    // Calls that come before the last of the kills is noticed are rejected: this one is repeated.
    await publish(log, 'settled');
    const heard: string[] = [];
    const states: boolean[] = [];
    const end = await log.tail({
      onEntry: ({ tt }) => heard.push(tt),
      onState: ({ isUp }) => states.push(isUp),
    });
    // It may still be on its way up from the kills before.
    await until(() => states.at(-1) === true, 'the tail to be up');
    const before = states.length;
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => states.slice(before).join() === 'false,true', 'the tail to be down, then up');
    const last = await publish(log, 'last');
    await until(() => heard.includes(last), 'an announcement');
    end();
    const contents = await contentsOf(log);
    for (const [name, stamp] of load.acknowledged) expect([name, contents.get(name)]).toEqual([name, stamp]);
    for (const { names, resets } of readers) {
      await until(() => names.length >= contents.size, 'all entries to be delivered', 5_000);
      expect(names).toEqual([...contents.keys()]);
      expect(resets).toBe(0);
    }
  });

  test('goes on when the script was forgotten, and has another log when all data was', async () => {
    const server = await forTest(startRedis());
    const { log } = openedShard({ url: server.url });
    const reader = await read(log);
    const first = await publish(log, 'first');
    await server.command('SCRIPT', 'FLUSH');
    await publish(log, 'second');
    expect([...(await contentsOf(log)).keys()]).toEqual(['first', 'second']);
    expect(reader.resets).toBe(0);
    await server.command('FLUSHALL');
    const third = await publish(log, 'third');
    expect(third > first).toBe(true);
    await until(() => reader.resets === 1, 'another log');
    expect([...(await contentsOf(log)).keys()]).toEqual(['third']);
  });

  test('refuses changes while the server has no memory for them, and loses nothing', async () => {
    const server = await forTest(startRedis());
    const { log } = openedShard({ url: server.url });
    const reader = await read(log);
    await publish(log, 'first');
    await server.command('CONFIG', 'SET', 'maxmemory', '1mb');
    const refused = log.append([{ kind: 'message', channel: 'a', data: { payload: '"refused"' } }]);
    await expect(refused).rejects.toThrow(StoreUnavailable);
    expect([...(await contentsOf(log).catch(() => new Map([['unread', '']]))).keys()].length).toBe(1);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await publish(log, 'second');
    expect([...(await contentsOf(log)).keys()]).toEqual(['first', 'second']);
    await until(() => reader.names.length === 2, 'both messages');
    expect(reader.names).toEqual(['first', 'second']);
  });

  test('says what is wrong with the password, without it', async () => {
    const server = await forTest(startRedis({ args: ['--requirepass', 'right'] }));
    const { log } = openedShard({ url: `redis://:wrong@127.0.0.1:${server.port}` });
    const error = await log.last().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RedisStoreError);
    expect(String(error)).toContain('Check the user name and the password');
    expect(String(error)).not.toContain('wrong@');
    const { log: right } = openedShard({ url: `redis://:right@127.0.0.1:${server.port}` });
    expect(await right.last()).toBe(ZERO_STAMP);
  });

  test('is closed at any moment, and rejects what is left', async () => {
    const server = await forTest(startRedis());
    for (const delay of [0, 1, 2, 5, 10, 20]) {
      const engine = openedStore({ url: server.url });
      const { log } = engine.shard('demo', ROOMY);
      const calls = Array.from({ length: 20 }, () => log.fence().catch((error: unknown) => error));
      const tail = log.tail({ onEntry: () => undefined, onState: () => undefined }).catch(() => undefined);
      const end = performance.now() + delay;
      while (performance.now() < end) await Promise.resolve();
      if (delay > 1) await pause();
      await engine.close();
      await engine.close();
      for (const result of await Promise.all(calls)) {
        expect(typeof result === 'string' || result instanceof StoreUnavailable).toBe(true);
      }
      await tail;
      await expect(log.last()).rejects.toThrow(StoreUnavailable);
    }
    await until(
      async () =>
        !String(await server.command('CLIENT', 'LIST'))
          .split('\n')
          .slice(0, -1)
          .some((line) => /cmd=(evalsha|subscribe)/.test(line)),
      'no connection to be left',
    );
  });

  test('is closed while Redis is away', async () => {
    const server = await forTest(startRedis());
    const engine = openedStore({ url: server.url });
    const { log } = engine.shard('demo', ROOMY);
    const reader = await read(log);
    await server.signal('SIGKILL');
    const call = log.fence().catch((error: unknown) => error);
    await engine.close();
    expect(await call).toBeInstanceOf(StoreUnavailable);
    reader.follower.close();
  });
});
