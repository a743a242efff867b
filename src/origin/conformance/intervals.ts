import { Attendance } from './attendance.ts';
import { cases, needing } from './case.ts';
import { equal, has, isTrue } from './expect.ts';

const SECOND = 1_000;
const CROWD = { announceMax: 2, announceMs: 10 * SECOND };

/** Changes on crowded channels, which are told in intervals. */
export const intervalCases = cases('presence', {
  'changes on a crowded channel wait for one event that has them all': needing('advance', async (world) => {
    const room = await Attendance.open(world, CROWD);
    for (const user of ['ann', 'bob', 'cat', 'dan', 'eve']) await room.join(user, 'a');
    await room.leave('dan', 'a');
    equal(await room.told(), ['join ann a 1', 'join bob a 2', 'control dan a'], 'the entries at once');
    await world.advance(9 * SECOND);
    await room.sweep();
    equal(await room.told(), [], 'the entries before the interval is over');
    await world.advance(2 * SECOND);
    await room.sweep();
    equal(await room.told(), ['interval a 4 join cat eve leave dan'], 'the entries');
    await world.advance(20 * SECOND);
    await room.sweep();
    equal(await room.told(), [], 'the entries when nothing has changed');
  }),

  'an interval event is logged once, whoever sweeps': needing('advance', async (world) => {
    const room = await Attendance.open(world, { ...CROWD, announceMax: 0 });
    const channels = Array.from({ length: 30 }, (_, index) => `c${index}`);
    await room.join('ann', ...channels);
    await world.advance(11 * SECOND);
    equal((await room.sweep(10)).nextMs, 0, 'the milliseconds until there is more');
    await Promise.all([room.sweep(), room.sweep(), room.sweep(3)]);
    const told = [...(await room.told())].sort();
    equal(told, channels.map((channel) => `interval ${channel} 1 join ann`).toSorted(), 'the entries');
  }),

  'an interval event is logged once, whichever process sweeps': needing(
    ['advance', 'reopen'],
    async (world) => {
      const [one, other] = await world.shards({ ...CROWD, announceMax: 0 });
      const [room, elsewhere] = [new Attendance(one), new Attendance(other)];
      await room.join('ann', 'a');
      await elsewhere.join('bob', 'a');
      await world.advance(11 * SECOND);
      await Promise.all([elsewhere.sweep(), room.sweep()]);
      equal(await room.told(), ['interval a 2 join ann bob'], 'the entries');
    },
  ),

  'a sweep says when the next interval is over': needing('advance', async (world) => {
    const room = await Attendance.open(world, { ...CROWD, announceMax: 1, leaseMs: 300 * SECOND });
    await room.join('ann', 'a');
    await world.advance(2 * SECOND);
    await room.join('bob', 'a');
    await world.advance(4 * SECOND);
    const { nextMs = -1 } = await room.sweep();
    isTrue(nextMs <= 6 * SECOND && nextMs > 3 * SECOND, `about 6 seconds until the event, got ${nextMs} ms`);
  }),

  'timeouts wait too, and those of a sweep are in its event': needing('advance', async (world) => {
    const room = await Attendance.open(world, {
      announceMax: 0,
      announceMs: 30 * SECOND,
      leaseMs: 60 * SECOND,
    });
    await room.join('ann', 'a');
    await room.shard.presence.touch([{ user: 'bob', channels: ['a'], leaseMs: 300 * SECOND }]);
    await world.advance(31 * SECOND);
    await room.sweep();
    equal(await room.told(), ['interval a 2 join ann bob'], 'the entries of the joins');
    await world.advance(30 * SECOND);
    await room.sweep();
    equal([await room.users('a'), await room.told()], [['bob'], []], 'the users, and the entries at once');
    await world.advance(31 * SECOND);
    await room.sweep();
    equal(await room.told(), ['interval a 1 timeout ann'], 'the entries of the timeout');
  }),

  'a state change does not wait': async (world) => {
    const room = await Attendance.open(world, { ...CROWD, announceMax: 0 });
    await room.join('ann', 'a');
    await room.shard.presence.setState('ann', new Map([['a', '{"x":1}']]));
    equal(await room.told(), ['state-change ann a 1 {"x":1}'], 'the entries');
  },

  'the last change of a user counts': needing('advance', async (world) => {
    const room = await Attendance.open(world, CROWD);
    for (const user of ['ann', 'bob', 'cat', 'dan']) await room.join(user, 'a');
    await room.leave('cat', 'a');
    await room.join('cat', 'a');
    await room.leave('dan', 'a');
    await room.told();
    await world.advance(11 * SECOND);
    await room.sweep();
    equal(await room.told(), ['interval a 3 join cat leave dan'], 'the entries');
  }),

  'a change that is told at once is not told again': needing('advance', async (world) => {
    const room = await Attendance.open(world, CROWD);
    for (const user of ['ann', 'bob', 'cat']) await room.join(user, 'a');
    for (const user of ['ann', 'bob', 'cat']) await room.leave(user, 'a');
    await room.told();
    await world.advance(11 * SECOND);
    await room.sweep();
    const again = (await room.told()).filter((words) => words.includes('cat') || words.includes('bob'));
    equal(again, [], 'the entries of users who were told to have left');
  }),

  'users who are too many for an event are not named': needing('advance', async (world) => {
    const room = await Attendance.open(world, { ...CROWD, announceMax: 0 });
    const users = Array.from({ length: 400 }, (_, index) => `${index}`.padStart(100, 'x'));
    await room.shard.presence.touch(users.map((user) => ({ user, channels: ['a'] })));
    await world.advance(11 * SECOND);
    await room.sweep();
    const [entry, ...more] = await room.entries();
    equal(entry?.data, { action: 'interval', occupancy: 400, hereNowRefresh: true }, 'the event');
    equal(more, [], 'further entries');
  }),

  'changes beyond the room for them are told without names, or one by one': needing(
    'advance',
    async (world) => {
      const room = await Attendance.open(world, {
        ...CROWD,
        announceMax: 0,
        waiting: { entries: 4, bytes: 1_000 },
      });
      for (let index = 0; index < 10; index++) await room.join(`u${index}`, 'a');
      await world.advance(11 * SECOND);
      await room.sweep();
      const [entry] = await room.entries();
      has(entry?.data ?? undefined, { action: 'interval', occupancy: 10, hereNowRefresh: true }, 'the event');
      const one = await Attendance.open(world, {
        ...CROWD,
        announceMax: 0,
        waiting: { entries: 2, bytes: 1_000 },
      });
      await one.join('ann', 'a');
      await one.join('ann', 'b');
      await one.join('ann', 'c');
      const told = [...(await one.told())];
      await world.advance(11 * SECOND);
      await one.sweep();
      const all = [...told, ...(await one.told())].map((words) => words.split(' '));
      const channels = all.map(([action, second, third]) => (action === 'interval' ? second : third));
      equal(channels.toSorted(), ['a', 'b', 'c'], 'the channels of which something was told');
    },
  ),
});
