import { Attendance, touchOf } from './attendance.ts';
import { cases, needing } from './case.ts';
import { equal, isTrue } from './expect.ts';

const SECOND = 1_000;
const ROOM = { entries: 1_000, bytes: 100_000 };
const ann = (state: string) => new Map([['a', state]]);

/** Several clients of one user: `ann@1` is an instance of `ann`, who is present with any of them. */
export const instanceCases = cases('presence', {
  'a user with several instances joins with the first, and leaves with the last': async (world) => {
    const room = await Attendance.open(world);
    for (const who of ['ann@1', 'bob', 'ann@2', 'ann']) await room.join(who, 'a');
    equal(await room.told(), ['join ann a 1', 'join bob a 2'], 'the entries of the joins');
    await room.leave('ann@1', 'a');
    await room.leave('ann', 'a', 'none');
    equal(await room.told(), ['control ann@1 a', 'control ann a none'], 'the entries while one is left');
    // In the order of the joins of users.
    equal(await room.users('a'), ['ann', 'bob'], 'the users');
    await room.leave('ann@1', 'a');
    await room.leave('ann@3', 'a');
    equal(await room.told(), [], 'the entries of instances that are not there');
    await room.leave('ann@2', 'a');
    equal(await room.told(), ['leave ann a 1', 'control ann@2 a'], 'the entries of the last');
    equal(await room.users('a'), ['bob'], 'the users that are left');
  },

  'users are counted, not their instances': async (world) => {
    const room = await Attendance.open(world);
    for (const who of ['ann@1', 'ann@2', 'ann@3', 'ann', 'bob', 'bob@1']) await room.join(who, 'a');
    for (const who of ['ann@2', 'ann@1']) await room.join(who, 'b');
    const counts = async (channels?: readonly string[]) => {
      const { totalChannels, totalOccupancy, ...found } = await room.hereNow(channels);
      const listed = found.channels.map(({ channel, occupancy, users }) => [
        channel,
        occupancy,
        users.length,
      ]);
      return [listed.sort(), totalChannels, totalOccupancy];
    };
    const all = [[['a', 2, 2], ['b', 1, 1]], 2, 3]; // biome-ignore format: a table
    equal([await counts(), await counts(['a', 'b'])], [all, all], 'the channels and users');
    for (const who of ['ann', 'ann@1', 'bob']) await room.leave(who, 'a', 'b');
    equal(
      [await counts(), await counts(['a', 'b'])],
      [all, all],
      'the channels and users when some have left',
    );
    await room.leave('ann@2', 'a', 'b');
    equal(await counts(), [[['a', 2, 2]], 1, 2], 'the channels and users when more have left');
    for (const who of ['ann@3', 'bob@1']) await room.leave(who, 'a');
    equal(await counts(), [[], 0, 0], 'nobody');
    equal(await room.shard.presence.whereNow('ann'), [], 'the channels of the user');
  },

  'each instance has a lease of its own, and what ends the last one is told': needing(
    'advance',
    async (world) => {
      const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
      const { presence } = room.shard;
      await presence.touch([{ ...touchOf('ann@1', ['a', 'b']), leaseMs: 20 * SECOND }]);
      await room.join('ann', 'a');
      const [longest] = await presence.touch([{ ...touchOf('ann@2', ['a', 'b']), leaseMs: 100 * SECOND }]);
      equal(longest?.leaseMs, 100 * SECOND, 'the length of the lease');
      equal((await room.join('ann@1', 'a')).leaseMs, 20 * SECOND, 'the length that a lease keeps');
      await room.told();
      await world.advance(21 * SECOND);
      await room.sweep();
      await world.advance(41 * SECOND);
      await room.sweep();
      equal([await room.told(), await room.users('a')], [[], ['ann']], 'the entries, and the users');
      equal((await room.join('ann@1', 'a')).leaseMs, 60 * SECOND, 'the length of a lease that begins anew');
      await room.leave('ann@1', 'a');
      await room.leave('ann@2', 'b');
      equal(
        await room.told(),
        ['control ann@1 a', 'leave ann b 0', 'control ann@2 b'],
        'the entries of leaves',
      );
      await world.advance(41 * SECOND);
      await room.sweep();
      equal(await room.told(), ['timeout ann a 0'], 'the entries of the last');
      equal((await room.sweep()).nextMs, undefined, 'the milliseconds when nobody is left');
    },
  ),

  'instances whose leases end together time out once': needing('advance', async (world) => {
    const room = await Attendance.open(world, { leaseMs: 60 * SECOND });
    const instances = Array.from({ length: 25 }, (_, index) => `ann@${index}`);
    for (const who of ['ann', ...instances, 'bob@1']) await room.join(who, 'a');
    await room.told();
    await world.advance(61 * SECOND);
    for (let sweeps = 0; sweeps < 100 && (await room.sweep(7)).nextMs === 0; sweeps++);
    const told = (await room.told()).map((words) => words.split(' ').slice(0, 3).join(' '));
    equal(told.toSorted(), ['timeout ann a', 'timeout bob a'], 'the entries');
    equal((await room.hereNow(undefined)).totalOccupancy, 0, 'the users that are left');
  }),

  "a state is the user's, for as long as any instance is there": async (world) => {
    const room = await Attendance.open(world);
    const { presence } = room.shard;
    await presence.touch([{ ...touchOf('ann@1', ['a']), states: ann('{"x":1}') }]);
    await room.join('ann@2', 'a');
    equal(await room.told(), ['join ann a 1 {"x":1}'], 'the entries');
    await presence.touch([{ ...touchOf('ann@2', ['a']), states: ann('{"x":2}') }]);
    await presence.touch([{ ...touchOf('ann@3', ['a']), states: ann('{"x":3}') }]);
    const changes = ['state-change ann a 1 {"x":2}', 'state-change ann a 1 {"x":3}'];
    equal(await room.told(), changes, 'the entries of changes');
    await room.leave('ann@1', 'a');
    await room.leave('ann@3', 'a');
    equal(await presence.getState('ann', ['a']), ann('{"x":3}'), 'the states when the first has left');
    const { channels } = await room.hereNow(['a']);
    equal(channels[0]?.users, [{ user: 'ann', state: '{"x":3}' }], 'the users');
    await room.leave('ann@2', 'a');
    equal(await presence.getState('ann', ['a']), new Map(), 'the states when the last has left');
    await presence.setState('ann', ann('{"x":4}'));
    await room.told();
    await room.join('ann@4', 'a');
    equal(await room.told(), ['join ann a 1 {"x":4}'], 'the entries of a join that a state has waited for');
    await room.leave('ann', 'a');
    equal(
      await presence.getState('ann', ['a']),
      ann('{"x":4}'),
      'the states when another has not been there',
    );
  },

  'a leave of any instance ends a state that waits for its user': async (world) => {
    const room = await Attendance.open(world);
    await room.shard.presence.setState('ann', ann('{"x":1}'));
    await room.told();
    await room.leave('ann@1', 'a');
    equal(await room.told(), ['control ann@1 a'], 'the entries');
    equal(await room.shard.presence.getState('ann', ['a']), new Map(), 'the states');
  },

  'instances count towards the limits of leases, with their names': async (world) => {
    for (const [excess, leases] of [
      ['user', { all: ROOM, user: { entries: 3, bytes: 1_000 } }],
      ['all', { all: { entries: 3, bytes: 1_000 }, user: ROOM }],
      ['user', { all: ROOM, user: { entries: 9, bytes: 250 } }],
      ['all', { all: { entries: 9, bytes: 250 }, user: ROOM }],
    ] as const) {
      const room = await Attendance.open(world, { leases });
      const [one = '', two = '', three = '', four = ''] = [1, 2, 3, 4].map((id) =>
        `ann@${id}`.padEnd(74, 'x'),
      );
      for (const who of [one, two, three]) equal((await room.join(who, 'a')).excess, undefined, 'no excess');
      equal((await room.join(four, 'a')).excess, excess, 'the excess');
      equal((await room.join(two, 'a')).excess, undefined, 'the excess of a renewal');
      await room.leave(one, 'a');
      equal((await room.join(four, 'a')).excess, undefined, 'the excess when there is room again');
      for (const who of [two, three, four]) await room.leave(who, 'a');
      // All is given back.
      for (const who of [one, two, three]) equal((await room.join(who, 'a')).excess, undefined, 'no excess');
      const told = (await room.told()).filter((words) => !words.startsWith('control'));
      equal(told, ['join ann a 1', 'leave ann a 0', 'join ann a 1'], 'the entries');
    }
  },

  'an instance that there is no room for sets no state': async (world) => {
    const room = await Attendance.open(world, { leases: { all: ROOM, user: { entries: 2, bytes: 150 } } });
    const { presence } = room.shard;
    await presence.setState('ann', ann('{"x":1}'));
    equal(
      (await room.join(`ann@${'x'.repeat(150)}`, 'a')).excess,
      'user',
      'the excess of a name that is too long',
    );
    equal(await room.users('a'), [], 'the users');
    await room.join('ann@1', 'a');
    await room.join('ann@2', 'a');
    await room.told();
    const [touched] = await presence.touch([{ ...touchOf('ann@3', ['a']), states: ann('{"x":2}') }]);
    equal([touched?.excess, await room.told()], ['user', []], 'the excess, and the entries');
    equal(await presence.getState('ann', ['a']), ann('{"x":1}'), 'the states');
  },

  'instances of one user in two processes are one user': needing('reopen', async (world) => {
    const [one, other] = await world.shards({ announceMax: 1_000 });
    const [room, elsewhere] = [new Attendance(one), new Attendance(other)];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? room : elsewhere).join(`ann@${index % 10}`, 'a')),
    );
    equal(await room.told(), ['join ann a 1'], 'the entries');
    for (let index = 0; index < 9; index++) await (index % 2 ? elsewhere : room).leave(`ann@${index}`, 'a');
    equal(await elsewhere.users('a'), ['ann'], 'the users while one is left');
    await elsewhere.leave('ann@9', 'a');
    const told = (await room.told()).filter((words) => !words.startsWith('control'));
    equal(told, ['leave ann a 0'], 'the entries of the leaves');
  }),

  'instances are one user on a crowded channel too': needing('advance', async (world) => {
    const room = await Attendance.open(world, { announceMax: 0, announceMs: 10 * SECOND });
    for (const who of ['ann@1', 'ann@2', 'bob@1', 'cat']) await room.join(who, 'a');
    for (const who of ['ann@1', 'bob@1']) await room.leave(who, 'a');
    await world.advance(11 * SECOND);
    await room.sweep();
    const told = (await room.told()).filter((words) => !words.startsWith('control'));
    isTrue(told.length === 1, `one entry, got ${told.length}`);
    equal(told, ['interval a 2 join ann cat leave bob'], 'the entries');
  }),
});
