import { Attendance } from './attendance.ts';
import { cases, needing } from './case.ts';
import { equal, isTrue } from './expect.ts';

const ROOM = { entries: 1_000, bytes: 100_000 };
const SECOND = 1_000;

/** Leases that expire, and their limits. */
export const leaseCases = cases('presence', {
  'a lease that is not renewed ends, and is told once': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
    await room.join('ann', 'a', 'b');
    await room.join('bob', 'a');
    await room.told();
    await world.advance(40 * SECOND);
    await room.join('bob', 'a');
    await room.sweep();
    equal(await room.told(), [], 'the entries before the leases end');
    await world.advance(30 * SECOND);
    await room.sweep();
    equal(await room.told(), ['timeout ann a 1', 'timeout ann b 0'], 'the entries');
    equal([await room.users('a'), await room.users('b')], [['bob'], []], 'the users');
    await room.sweep();
    await room.leave('ann', 'a');
    equal(await room.told(), [], 'the entries of another sweep and a leave');
  }),

  'a timeout is told once, whoever sweeps at the same time': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
    const users = Array.from({ length: 40 }, (_, index) => `u${index}`);
    for (const user of users) await room.join(user, 'a');
    await room.told();
    await world.advance(61 * SECOND);
    await Promise.all([room.sweep(7), room.sweep(), room.sweep()]);
    const told = (await room.told()).map((words) => words.split(' ')[1] ?? '');
    equal(told.toSorted(), users.toSorted(), 'the users of all timeouts');
    equal((await room.hereNow(undefined)).totalOccupancy, 0, 'the users that are left');
  }),

  'a timeout is told once, whichever process sweeps': needing(['advance', 'reopen'], async (world) => {
    const [one, other] = await world.shards({ leaseMs: 60 * SECOND });
    const [room, elsewhere] = [new Attendance(one), new Attendance(other)];
    await room.join('ann', 'a');
    await elsewhere.join('ann', 'a');
    await room.join('bob', 'a');
    await world.advance(61 * SECOND);
    await Promise.all([elsewhere.sweep(), room.sweep()]);
    const told = [...(await room.told())].sort();
    equal(
      told.map((words) => words.split(' ').slice(0, 2).join(' ')),
      ['join ann', 'join bob', 'timeout ann', 'timeout bob'],
      'the entries',
    );
  }),

  'a lease has the length that was asked for, and keeps it': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 300 * SECOND });
    await room.shard.presence.touch([{ user: 'ann', channels: ['a'], leaseMs: 20 * SECOND }]);
    await room.join('bob', 'a');
    for (let times = 0; times < 2; times++) {
      await world.advance(15 * SECOND);
      equal((await room.join('ann', 'a', 'b')).leaseMs, 20 * SECOND, 'the shortest of the leases');
      await room.sweep();
    }
    equal(await room.users('a'), ['ann', 'bob'], 'the users');
    await world.advance(21 * SECOND);
    await room.sweep();
    equal([await room.users('a'), await room.users('b')], [['bob'], ['ann']], 'the users');
  }),

  'a sweep says when the next thing is due': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
    equal((await room.sweep()).nextMs, undefined, 'the milliseconds when there is nobody');
    await room.join('ann', 'a');
    await world.advance(20 * SECOND);
    const { nextMs = -1 } = await room.sweep();
    isTrue(
      nextMs <= 40 * SECOND && nextMs > 35 * SECOND,
      `about 40 seconds until the lease ends, got ${nextMs} ms`,
    );
    await world.advance(nextMs);
    equal((await room.sweep()).nextMs, undefined, 'the milliseconds when nobody is left');
    equal(await room.users('a'), [], 'the users');
  }),

  'a sweep does a part, and says that there is more': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
    for (let index = 0; index < 100; index++) await room.join(`u${index}`, 'a');
    await world.advance(61 * SECOND);
    equal((await room.sweep(10)).nextMs, 0, 'the milliseconds until there is more');
    isTrue((await room.users('a')).length >= 50, 'about ten leases to end');
    for (let sweeps = 0; sweeps < 100 && (await room.sweep(10)).nextMs === 0; sweeps++);
    equal(await room.users('a'), [], 'the users');
  }),

  'a state waits for its user as long as a lease lasts, and renews none': needing(
    'advance',
    async (world) => {
      const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
      const { presence } = room.shard;
      await room.join('ann', 'a');
      await world.advance(40 * SECOND);
      await presence.setState(
        'ann',
        new Map([
          ['a', '{"x":1}'],
          ['b', '{"x":2}'],
        ]),
      );
      await room.told();
      await world.advance(21 * SECOND);
      await room.sweep();
      equal(await room.told(), ['timeout ann a 0 {"x":1}'], 'the entries when the lease has ended');
      equal(await presence.getState('ann', ['a', 'b']), new Map([['b', '{"x":2}']]), 'the states');
      await world.advance(40 * SECOND);
      await room.sweep();
      equal(
        [await presence.getState('ann', ['b']), await room.told()],
        [new Map(), []],
        'the states, and the entries',
      );
    },
  ),

  'leases of one user are limited, and those that there is room for begin': async (world) => {
    const room = await Attendance.open(world, { leases: { all: ROOM, user: { entries: 2, bytes: 1_000 } } });
    equal((await room.join('ann', 'a', 'b', 'c')).excess, 'user', 'the excess');
    equal(await room.told(), ['join ann a 1', 'join ann b 1'], 'the entries');
    equal((await room.join('ann', 'a', 'b')).excess, undefined, 'the excess of a renewal');
    equal((await room.join('bob', 'c')).excess, undefined, 'the excess of another user');
    await room.leave('ann', 'a');
    equal((await room.join('ann', 'c')).excess, undefined, 'the excess when there is room again');
  },

  'leases of all users are limited': async (world) => {
    const room = await Attendance.open(world, { leases: { all: { entries: 2, bytes: 1_000 }, user: ROOM } });
    for (const [user, excess] of [
      ['ann', undefined],
      ['bob', undefined],
      ['eve', 'all'],
      ['ann', undefined],
    ] as const)
      equal((await room.join(user, 'a')).excess, excess, `the excess of ${user}`);
    equal(await room.users('a'), ['ann', 'bob'], 'the users');
    await room.leave('bob', 'a');
    equal((await room.join('eve', 'a')).excess, undefined, 'the excess when there is room again');
  },

  'characters of states are limited, and a lease goes on with its old one': async (world) => {
    const long = JSON.stringify({ x: 'x'.repeat(1_000) });
    for (const [excess, leases] of [
      ['user', { all: ROOM, user: { entries: 9, bytes: 500 } }],
      ['all', { all: { entries: 9, bytes: 500 }, user: ROOM }],
    ] as const) {
      const room = await Attendance.open(world, { leases });
      const { presence } = room.shard;
      await presence.touch([{ user: 'ann', channels: ['a'], states: new Map([['a', '{"x":1}']]) }]);
      await room.told();
      const [touched] = await presence.touch([
        { user: 'ann', channels: ['a'], states: new Map([['a', long]]) },
      ]);
      const set = await presence.setState(
        'ann',
        new Map([
          ['a', long],
          ['b', long],
        ]),
      );
      equal([touched?.excess, set.excess], [excess, excess], 'the excess');
      equal(await presence.getState('ann', ['a', 'b']), new Map([['a', '{"x":1}']]), 'the states');
      equal([await room.told(), await room.users('a')], [[], ['ann']], 'the entries, and the users');
    }
  },
});
