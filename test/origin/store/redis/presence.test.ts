import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { wordsOf } from '../../../../src/origin/conformance/attendance.ts';
import type { ShardStore } from '../../../../src/origin/index.ts';
import { ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { openParts, type RedisParts } from '../../../support/redis-parts.ts';
import { startRedis } from '../../../support/redis-server.ts';

const server = await startRedis();
afterAll(() => server?.stop());

const SECOND = 1_000;
const PAGE = { offset: 0, limit: 10_000, room: 1_000_000 };
const STEP_MS = 1_007;
const PLAIN = ['ann', '3:ann', 'bob'] as const;
const USERS = ['ann', '3:ann', 'ü😀', '__proto__', 'b'] as const;
const CHANNELS = ['a', 'na', 'a.b', 'a:1', 'x y'] as const;
const INSTANCES = [undefined, undefined, '', '1', '3:ann', 'ü,2', '__proto__'] as const;
const STATES = ['{}', '{"x":1}', '{"n":12345678901234567890,"e":[],"t":"\\ud800\\/"}'] as const;
const ROOM = { entries: 1_000, bytes: 100_000 };

type Step = (shard: ShardStore) => Promise<unknown>;

/** Random steps, or milliseconds that pass. */
function stepsWith(names: readonly string[], maxLength: number): fc.Arbitrary<Step | number> {
  const users = fc.constantFrom(...names);
  const channels = fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1, maxLength });
  const states = fc.dictionary(fc.constantFrom(...CHANNELS), fc.constantFrom(...STATES), { maxKeys: 2 });
  const instance = fc.constantFrom(...INSTANCES.filter((id) => names !== PLAIN || id !== 'ü,2'));
  const touch = fc.record({
    user: users,
    instance,
    channels,
    states,
    seconds: fc.constantFrom(undefined, 20, 40),
  });
  return fc.oneof(
    touch.map(
      ({ user, instance, channels, states, seconds }): Step =>
        async ({ presence }) => {
          const leaseMs = seconds === undefined ? undefined : seconds * SECOND;
          const touched = await presence.touch([
            { user, instance, channels, leaseMs, states: new Map(Object.entries(states)) },
          ]);
          return touched.map(({ leaseMs, excess }) => ({ leaseMs, excess }));
        },
    ),
    fc.record({ user: users, channels, instance }).map(
      ({ user, channels, instance }): Step =>
        ({ presence }) =>
          presence.leave(user, channels, instance),
    ),
    fc.record({ user: users, states }).map(
      ({ user, states }): Step =>
        async ({ presence }) => {
          const { excess } = await presence.setState(user, new Map(Object.entries(states)));
          return excess;
        },
    ),
    fc.constantFrom(1, 5).map(
      (max): Step =>
        async ({ presence }) => {
          while ((await presence.sweep(max)).nextMs === 0);
        },
    ),
    fc.constantFrom(10, 30).map((seconds) => seconds * SECOND),
  );
}

/** All that can be seen of presence; what has no order is put into one. */
async function seen({ presence, log }: ShardStore) {
  const here = await presence.hereNow(undefined, PAGE);
  const { entries } = await log.readAfter(ZERO_STAMP, 10_000);
  return {
    here: { ...here, channels: here.channels.toSorted((a, b) => (a.channel < b.channel ? -1 : 1)) },
    some: await presence.hereNow(['a', 'none', 'na'], { ...PAGE, offset: 1, limit: 2 }),
    where: await Promise.all(USERS.map(async (user) => (await presence.whereNow(user)).toSorted())),
    states: await Promise.all(USERS.map((user) => presence.getState(user, CHANNELS))),
    told: entries.map(wordsOf).toSorted(),
  };
}

describe.skipIf(!server)('presence over Redis', () => {
  let keys = 0;
  const open = (rules: Parameters<typeof openParts>[2]): RedisParts => {
    if (!server) throw new Error('There is no server.');
    return openParts(server, `presence-${keys++}`, rules);
  };

  // Names count in bytes here, and in memory in characters: where there is little room, they are the same.
  test.each([
    ['without limits', USERS, {}],
    [
      'with limits',
      PLAIN,
      { leases: { all: { entries: 8, bytes: 100_000 }, user: { entries: 3, bytes: 50 } } },
    ],
    ['on crowded channels', USERS, { announceMax: 1, announceMs: 15 * SECOND }],
    ['on crowded channels with little room', PLAIN, { announceMax: 0, waiting: { entries: 4, bytes: 14 } }],
  ] as const)('is what it is in memory, %s', async (_, names, more) => {
    const steps = stepsWith(names, 'announceMax' in more ? 1 : 4);
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (script) => {
        const parts = open({ leases: { all: ROOM, user: ROOM }, ...more });
        try {
          for (const step of script) {
            if (typeof step === 'number') await parts.advance(step);
            else expect(await step(parts.redis)).toEqual(await step(parts.memory));
            // No two touches end at the same time: what does comes in any order, which can be seen on crowded channels.
            await parts.advance(STEP_MS);
          }
          expect(await seen(parts.redis)).toEqual(await seen(parts.memory));
        } finally {
          await parts.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('takes touches, leaves and lists of any length', async () => {
    const parts = open({});
    const many = Array.from({ length: 1_300 }, (_, index) => `channel-${index}`);
    const crowd = Array.from({ length: 1_300 }, (_, index) => `user-${index}`);
    for (const { presence, log } of [parts.redis, parts.memory]) {
      await presence.touch([{ user: 'ann', channels: many, leaseMs: 50_000 }]);
      await presence.touch(crowd.map((user) => ({ user, channels: ['room'] })));
      expect((await presence.whereNow('ann')).length).toBe(many.length);
      await presence.leave('ann', many.slice(0, 700));
      const { entries } = await log.readAfter(ZERO_STAMP, 10_000);
      expect(entries.at(-1)).toMatchObject({ kind: 'leave', channel: 'ann', data: many.slice(0, 700) });
    }
    for (const page of [PAGE, { offset: 100, limit: 1_100, room: 9_000 }, { ...PAGE, room: 20_000 }]) {
      const [here, expected] = await Promise.all(
        [parts.redis, parts.memory].map(({ presence }) => presence.hereNow(['room', 'channel-900'], page)),
      );
      expect(here).toEqual(expected);
    }
    const [all, expected] = await Promise.all(
      [parts.redis, parts.memory].map(({ presence }) => presence.hereNow(undefined, PAGE)),
    );
    expect(all).toEqual(expected);
    await parts.close();
  });

  test('keeps leases without an instance as releases without instances did, and reads theirs', async () => {
    const parts = open({});
    const key = `{presence-${keys - 1}}:p`;
    const { presence } = parts.redis;
    const state = new Map([['a', '{"x": [1, 2]}']]);
    await presence.touch([{ user: 'ann', channels: ['a'], states: state, leaseMs: 50_000 }]);
    await presence.setState('ann', new Map([['later', '{}, 1 ']]));
    expect(await server?.command('HGET', `${key}:of:ann`, 'ca')).toBe('p50000 {"x": [1, 2]}');
    expect(await server?.command('HGET', `${key}:of:ann`, 'clater')).toBe('a60000 {}, 1 ');
    expect(await server?.command('ZRANGE', `${key}:due`, '0', '-1')).toEqual(['3:anna']);
    expect(await server?.command('ZRANGE', `${key}:wait`, '0', '-1')).toEqual(['3:annlater']);
    for (const instance of ['1', '2']) await presence.touch([{ user: 'ann', instance, channels: ['a'] }]);
    await presence.leave('ann', ['a']);
    await presence.leave('ann', ['a'], '1');
    expect(await presence.getState('ann', ['a', 'later'])).toEqual(new Map([...state, ['later', '{}, 1 ']]));
    expect(await presence.whereNow('ann')).toEqual(['a']);
    await parts.close();
  });

  test('leaves nothing behind when all have gone', async () => {
    const parts = open({ announceMax: 0, waiting: ROOM });
    const { presence } = parts.redis;
    for (const user of USERS) {
      await presence.touch([{ user, channels: CHANNELS, states: new Map([['a', '{"x":1}']]) }]);
      for (const instance of ['1', '2']) await presence.touch([{ user, instance, channels: CHANNELS }]);
      await presence.leave(user, ['a', 'na'], '1');
      await presence.leave(user, ['a.b']);
      await presence.setState(user, new Map([['later', '{"x":2}']]));
    }
    await parts.advance(61 * SECOND);
    while ((await presence.sweep(500)).nextMs !== undefined) await parts.advance(10 * SECOND);
    const kept = `${await server?.command('KEYS', `{presence-${keys - 1}}:p:*`)}`;
    expect(kept).toBe('');
    const counts = ['leases', 'leaseBytes', 'waiting', 'waitingBytes'];
    expect(await server?.command('HMGET', `{presence-${keys - 1}}:meta`, ...counts)).toEqual(
      counts.map(() => '0'),
    );
    await parts.close();
  });
});
