import type { Touched } from '../store/presence.ts';
import { Attendance } from './attendance.ts';
import { cases } from './case.ts';
import { equal, isTrue } from './expect.ts';

/** Users on channels, and their states. */
export const presenceCases = cases('presence', {
  'a join is told once, with the occupancy after it': async (world) => {
    const room = await Attendance.open(world);
    await room.join('ann', 'a', 'b');
    await room.join('bob', 'a');
    await room.join('ann', 'a', 'b');
    equal(await room.told(), ['join ann a 1', 'join ann b 1', 'join bob a 2'], 'the entries');
    equal(await room.users('a'), ['ann', 'bob'], 'the users');
  },

  'joins at the same time are told once each': async (world) => {
    const room = await Attendance.open(world);
    const users = Array.from({ length: 20 }, (_, index) => `u${index % 10}`);
    await Promise.all(users.map((user) => room.join(user, 'a')));
    const told = await room.told();
    const occupancies = told.map((words) => Number(words.split(' ').at(-1)));
    equal(occupancies, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'the occupancies');
    equal((await room.users('a')).toSorted(), [...new Set(users)].sort(), 'the users');
  },

  'whoever hears of a change finds it': async (world) => {
    const room = await Attendance.open(world);
    const reads: Promise<readonly string[]>[] = [];
    await world.tail(room.shard.log, () => reads.push(room.users('a')));
    await room.join('ann', 'a');
    await world.until(() => reads.length >= 1, 'an entry from the tail');
    await reads[0];
    await room.leave('ann', 'a');
    await world.until(() => reads.length >= 3, 'three entries from the tail');
    equal(await Promise.all(reads), [['ann'], [], []], 'the users at each entry');
  },

  'a leave is told, and once more to all origins, with the channels that were named': async (world) => {
    const room = await Attendance.open(world);
    await room.join('ann', 'a', 'b');
    await room.join('bob', 'a');
    await room.told();
    await room.leave('ann', 'a', 'b', 'none');
    equal(await room.told(), ['leave ann a 1', 'leave ann b 0', 'control ann a b none'], 'the entries');
    await room.leave('ann', 'a');
    await room.leave('eve', 'a');
    equal([await room.told(), await room.users('a')], [[], ['bob']], 'the entries, and the users');
  },

  'a touch tells a position after the leaves before it, and before those that come later': async (world) => {
    const room = await Attendance.open(world);
    const { log, presence } = room.shard;
    const leaves: string[] = [];
    await world.tail(log, ({ kind, tt }) => kind === 'leave' && leaves.push(tt));
    const positions: string[] = [];
    for (let count = 0; count < 3; count++) {
      const [touched] = await presence.touch([{ user: 'ann', channels: ['a'] }]);
      positions.push(touched?.at ?? '');
      await room.leave('ann', 'a');
      await world.until(() => leaves.length > count, 'the leave from the tail');
    }
    const [first = '', second = '', third = ''] = leaves;
    isTrue(
      (positions[0] ?? '') < first && first <= (positions[1] ?? '') && (positions[1] ?? '') < second,
      'the first leave is after the first touch, and not after the second',
    );
    isTrue(second <= (positions[2] ?? '') && (positions[2] ?? '') < third, 'so is the second leave');
  },

  'a user who left can join again': async (world) => {
    const room = await Attendance.open(world);
    await room.join('ann', 'a');
    await room.leave('ann', 'a');
    await room.join('ann', 'a');
    equal(
      (await room.told()).filter((words) => words.startsWith('join')),
      ['join ann a 1', 'join ann a 1'],
      'joins',
    );
  },

  'a state comes with the join, and its change is told when it differs': async (world) => {
    const { presence, ...room } = await opened(world);
    const touch = (state?: string) =>
      presence.touch([
        { user: 'ann', channels: ['a', 'b'], ...(state && { states: new Map([['a', state]]) }) },
      ]);
    await touch('{"x":1}');
    equal(await room.told(), ['join ann a 1 {"x":1}', 'join ann b 1'], 'the entries');
    for (const state of [undefined, '{"x":1}']) await touch(state);
    equal(await room.told(), [], 'the entries when nothing changes');
    await touch('{"x":2}');
    equal(await room.told(), ['state-change ann a 1 {"x":2}'], 'the entries');
    equal(await presence.getState('ann', ['a', 'b']), new Map([['a', '{"x":2}']]), 'the states');
  },

  'a state that is set is told when it differs, and takes nobody in': async (world) => {
    const { presence, ...room } = await opened(world);
    await room.join('ann', 'a');
    await room.told();
    const set = (...states: readonly (readonly [string, string])[]) =>
      presence.setState('ann', new Map(states));
    await set(['a', '{"x":1}'], ['b', '{"y":1}']);
    equal(await room.told(), ['state-change ann a 1 {"x":1}', 'state-change ann b 0 {"y":1}'], 'the entries');
    await set(['a', '{"x":1}'], ['b', '{"y":1}']);
    equal(await room.told(), [], 'the entries when nothing changes');
    equal(await presence.whereNow('ann'), ['a'], 'the channels of the user');
    const states = new Map([
      ['a', '{"x":1}'],
      ['b', '{"y":1}'],
    ]);
    equal(new Map(await presence.getState('ann', ['none', 'a', 'b'])), states, 'the states');
    await room.join('ann', 'b');
    equal(await room.told(), ['join ann b 1 {"y":1}'], 'the entries of the join that the state waited for');
    await room.leave('ann', 'a', 'b');
    equal(await presence.getState('ann', ['a', 'b']), new Map(), 'the states of a user who has left');
  },

  'a leave ends a state that waits for its user': async (world) => {
    const { presence, ...room } = await opened(world);
    await presence.setState('ann', new Map([['a', '{"x":1}']]));
    await room.told();
    await room.leave('ann', 'a');
    equal(await room.told(), ['control ann a'], 'the entries');
    equal(await presence.getState('ann', ['a']), new Map(), 'the states');
  },

  'one call renews for several users as one call each would': async (world) => {
    const [one, other] = [await Attendance.open(world), await Attendance.open(world)];
    const touches = [
      { user: 'ann', channels: ['a', 'b'], states: new Map([['a', '{"x":1}']]) },
      { user: 'bob', channels: ['a'], leaseMs: 20_000 },
      { user: 'ann', channels: ['a'], states: new Map([['a', '{"x":2}']]), leaseMs: 10_000 },
      { user: 'eve', channels: [] },
    ];
    const together = await one.shard.presence.touch(touches);
    const apart = [];
    for (const touch of touches) apart.push(...(await other.shard.presence.touch([touch])));
    // Each log has stamps of its own.
    const plain = (results: readonly Touched[]) =>
      results.map(({ leaseMs, excess }) => ({ leaseMs, excess }));
    equal(plain(together), plain(apart), 'the results');
    const positions = together.map(({ at }) => at);
    equal(positions, positions.toSorted(), 'the positions in order');
    equal(
      together.map(({ leaseMs }) => leaseMs),
      [300_000, 20_000, 10_000, 300_000],
      'the lengths of the leases',
    );
    equal(await one.told(), await other.told(), 'the entries');
    equal(await one.hereNow(undefined), await other.hereNow(undefined), 'the users');
    equal(await one.shard.presence.touch([]), [], 'the results of no touches');
  },

  'here-now lists the users of the channels that are asked for, in the order of their joins': async (
    world,
  ) => {
    const room = await opened(world);
    for (const user of ['eve', 'ann', 'bob']) await room.join(user, 'a');
    await room.join('ann', 'b');
    await room.presence.setState('bob', new Map([['a', '{"x":1}']]));
    await room.presence.setState(
      'ann',
      new Map([
        ['a', '{"x":1}'],
        ['a', '{}'],
      ]),
    );
    const { channels, ...totals } = await room.hereNow(['b', 'none', 'a']);
    const users = [{ user: 'eve' }, { user: 'ann' }, { user: 'bob', state: '{"x":1}' }];
    const expected = [
      { channel: 'b', occupancy: 1, users: [{ user: 'ann' }] },
      { channel: 'none', occupancy: 0, users: [] },
      { channel: 'a', occupancy: 3, users },
    ];
    equal(channels, expected, 'the channels');
    equal(totals, { totalChannels: 3, totalOccupancy: 4 }, 'the totals');
    const all = await room.hereNow(undefined);
    equal(new Set(all.channels.map(({ channel }) => channel)), new Set(['a', 'b']), 'all channels');
    equal([all.totalChannels, all.totalOccupancy], [2, 4], 'the totals of all channels');
    equal(await room.hereNow([]), { channels: [], totalChannels: 0, totalOccupancy: 0 }, 'no channels');
  },

  'pages of here-now have each user once': (world) =>
    world.scripts(async (choices) => {
      const room = await Attendance.open(world);
      const users = Array.from({ length: choices.below(12) }, (_, index) => `u${index}`);
      for (const user of users) await room.join(user, 'a');
      const limit = choices.between(1, 5);
      const seen: string[] = [];
      for (let offset = 0; offset <= users.length; offset += limit) {
        const { channels, totalOccupancy } = await room.hereNow(['a'], { offset, limit });
        const [{ users: page = [], occupancy = -1 } = {}] = channels;
        isTrue(page.length <= limit, `at most ${limit} users, got ${page.length}`);
        equal([occupancy, totalOccupancy], [users.length, users.length], 'the occupancy');
        seen.push(...page.map(({ user }) => user));
      }
      equal(seen, users, 'the users on all pages');
      const [none] = (await room.hereNow(['a'], { limit: 0 })).channels;
      equal(none, { channel: 'a', occupancy: users.length, users: [] }, 'a page without users');
    }),

  'here-now ends where its room ends, and counts all': async (world) => {
    const room = await Attendance.open(world);
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`.padEnd(100, 'x'));
    const [first = ''] = users;
    for (const user of users) await room.join(user, 'a');
    for (let index = 0; index < 50; index++) await room.join(first, `channel-${index}`.padEnd(100, 'x'));
    const asked = await room.hereNow(['a', 'none'], { room: 1_000 });
    const [{ users: listed = [] } = {}] = asked.channels;
    isTrue(listed.length > 0 && listed.length <= 10, `users of about 1 000 characters, got ${listed.length}`);
    equal([asked.channels.length, asked.totalOccupancy], [2, 50], 'the channels and users');
    const all = await room.hereNow(undefined, { room: 1_000 });
    isTrue(all.channels.length <= 10, `channels of about 1 000 characters, got ${all.channels.length}`);
    equal([all.totalChannels, all.totalOccupancy], [51, 100], 'the channels and users');
  },

  'where-now has the channels of a user': async (world) => {
    const { presence, ...room } = await opened(world);
    await room.join('ann', 'a', 'b', 'c');
    await room.join('bob', 'd');
    await room.leave('ann', 'b');
    equal([...(await presence.whereNow('ann'))].sort(), ['a', 'c'], 'the channels');
    equal(await presence.whereNow('eve'), [], 'the channels of nobody');
  },
});

/** Presence with the functions of its store at hand. */
async function opened(world: Parameters<typeof Attendance.open>[0]) {
  const room = await Attendance.open(world);
  return {
    presence: room.shard.presence,
    join: room.join.bind(room),
    leave: room.leave.bind(room),
    told: room.told.bind(room),
    hereNow: room.hereNow.bind(room),
  };
}
