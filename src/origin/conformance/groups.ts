import type { GroupMember } from '../store/groups.ts';
import type { ShardStore } from '../store/store.ts';
import { cases } from './case.ts';
import { equal, isTrue } from './expect.ts';
import { checkPages } from './pages.ts';
import type { Choices } from './random.ts';
import { entriesAfter, type World } from './world.ts';

const RULES = { channels: 3, groups: 2 };
const GROUPS = ['g', 'h', '__proto__'] as const;
const CHANNELS = ['a', 'b', 'c', 'd', 'e'] as const;

/** Channel groups. */
export const groupCases = cases('groups', {
  'a group has the channels that were added and not removed': async (world) => {
    const shard = await world.shard();
    equal(await shard.groups.change('g', ['a', 'b', 'a'], []), undefined, 'the excess');
    equal(await names(shard, 'g'), ['a', 'b'], 'the channels');
    await shard.groups.change('g', ['c'], ['a', 'none']);
    equal(await names(shard, 'g'), ['b', 'c'], 'the channels');
    await shard.groups.change('g', [], ['b', 'c']);
    equal([await names(shard, 'g'), await shard.groups.list({ limit: 9 })], [[], ['g']], 'the empty group');
    await shard.groups.delete('g');
    equal(await shard.groups.list({ limit: 9 }), [], 'the groups');
  },

  'one call has the channels of several groups, also of those that do not exist': async (world) => {
    const { groups } = await world.shard();
    await groups.change('g', ['a'], []);
    await groups.change('h', ['b'], []);
    const found = await groups.members(['h', 'none', 'g']);
    const channels = Array.from(found, ([group, members]) => [group, members.map(({ channel }) => channel)]);
    equal(
      new Map(channels.toSorted().map(([g, c]) => [g, c])),
      new Map([
        ['g', ['a']],
        ['h', ['b']],
        ['none', []],
      ]),
      'the channels',
    );
    equal(await groups.members([]), new Map(), 'the channels of no group');
  },

  'a change is told once, at the position from which new channels count': async (world) => {
    const shard = await world.shard();
    await shard.groups.change('g', ['a'], []);
    const [first] = await entriesAfter(shard.log);
    equal([first?.kind, first?.channel, first?.data], ['group', 'g', null], 'the entry');
    equal(await members(shard, 'g'), [{ channel: 'a', since: first?.tt ?? '' }], 'the channels');
    await shard.groups.change('g', ['a', 'b'], []);
    const second = (await entriesAfter(shard.log, first?.tt)).at(0);
    const expected = [
      { channel: 'a', since: first?.tt ?? '' },
      { channel: 'b', since: second?.tt ?? '' },
    ];
    equal(await members(shard, 'g'), expected, 'the channels');
  },

  'whoever hears of a change finds it': async (world) => {
    const shard = await world.shard();
    const reads: Promise<readonly string[]>[] = [];
    await world.tail(shard.log, () => reads.push(names(shard, 'g')));
    const steps: readonly (() => Promise<unknown>)[] = [
      () => shard.groups.change('g', ['a', 'b'], []),
      () => shard.groups.change('g', [], ['a']),
      () => shard.groups.delete('g'),
    ];
    for (const [index, step] of steps.entries()) {
      await step();
      await world.until(() => reads.length > index, `${index + 1} entries from the tail`);
      await reads[index];
    }
    equal(await Promise.all(reads), [['a', 'b'], ['b'], []], 'the channels at each entry');
  },

  'what changes nothing is not told': async (world) => {
    const { groups, log } = await world.shard({ groups: RULES });
    await groups.change('g', ['a'], []);
    const before = await entriesAfter(log);
    await groups.change('g', ['a'], ['none']);
    await groups.change('g', [], []);
    await groups.change('none', [], ['a']);
    await groups.delete('none');
    equal(await groups.change('g', ['b', 'c', 'd'], []), 'channels', 'the excess');
    equal(await entriesAfter(log), before, 'the entries');
    equal(await groups.list({ limit: 9 }), ['g'], 'the groups');
  },

  'limits of channels, groups and names are named, and what exceeds them changes nothing': async (world) => {
    const shard = await world.shard({ groups: { channels: 9, groups: 9, members: 3, bytes: 40 } });
    equal(await shard.groups.change('g', ['a', 'b'], []), undefined, 'the excess');
    equal(await shard.groups.change('h', ['a', 'b'], []), 'channels', 'the excess of channels in all groups');
    equal(await shard.groups.change('h', ['x'.repeat(50)], []), 'channels', 'the excess of long names');
    equal(await shard.groups.list({ limit: 9 }), ['g'], 'the groups');
    equal(await shard.groups.change('g', ['c', 'd'], ['a', 'b']), undefined, 'the excess of an exchange');
    equal(await names(shard, 'g'), ['c', 'd'], 'the channels');
    await shard.groups.delete('g');
    equal(
      await shard.groups.change('h', ['a', 'b', 'c'], []),
      undefined,
      'the excess when there is room again',
    );
  },

  'changes at the same time all count': async (world) => {
    const shard = await world.shard();
    const channels = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    await Promise.all(channels.map((channel) => shard.groups.change('g', [channel], [])));
    equal(await names(shard, 'g'), channels, 'the channels');
    equal((await entriesAfter(shard.log)).length, channels.length, 'the entries');
    const since = (await members(shard, 'g')).map((member) => member.since);
    equal(new Set(since).size, channels.length, 'different positions');
  },

  'groups are listed page by page': (world) =>
    world.scripts(async (choices) => {
      const { groups } = await world.shard();
      await checkPages({
        world,
        choices,
        read: (page) => groups.list(page),
        nameOf: (name) => name,
        add: (name) => groups.change(name, ['a'], []),
        remove: (name) => groups.delete(name),
      });
    }),

  'without limits a group has any number of channels': async (world) => {
    const shard = await world.shard();
    const many = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
    equal(await shard.groups.change('g', many, []), undefined, 'the excess');
    equal((await names(shard, 'g')).length, many.length, 'the number of channels');
  },

  'groups are what plain sets would be, and each change is told once': (world) =>
    world.scripts(async (choices) => {
      const model = new Model(await world.shard({ groups: RULES }));
      for (let step = 0; step < 30; step++) await model.play(world, choices);
    }),
});

async function members({ groups }: ShardStore, group: string): Promise<readonly GroupMember[]> {
  const found = (await groups.members([group])).get(group) ?? [];
  return found.toSorted((a, b) => (a.channel < b.channel ? -1 : 1));
}

async function names(shard: ShardStore, group: string): Promise<readonly string[]> {
  return (await members(shard, group)).map(({ channel }) => channel);
}

/** Plain sets of names beside the store. */
class Model {
  readonly #shard: ShardStore;
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor(shard: ShardStore) {
    this.#shard = shard;
  }

  async play(world: World, choices: Choices): Promise<void> {
    const { groups, log } = this.#shard;
    const [group, position] = [choices.of(GROUPS), await log.fence()];
    const before = await members(this.#shard, group);
    if (choices.oneIn(4)) {
      world.step(`delete ${group}`);
      await groups.delete(group);
      this.#sets.delete(group);
    } else {
      const [add, remove] = [choices.some(CHANNELS, 4), choices.some(CHANNELS, 4)];
      world.step(`${group}: add ${add}, remove ${remove}`);
      equal(await groups.change(group, add, remove), this.#change(group, add, remove), 'the excess');
    }
    equal(await groups.list({ limit: 9 }), [...this.#sets.keys()].sort(), 'the groups');
    const after = await members(this.#shard, group);
    equal(
      after.map(({ channel }) => channel),
      [...(this.#sets.get(group) ?? [])].sort(),
      'the channels',
    );
    const told = await entriesAfter(log, position);
    const changed = JSON.stringify(before) !== JSON.stringify(after);
    equal(
      told.map((entry) => [entry.kind, entry.channel]),
      changed ? [['group', group]] : [],
      'the entries',
    );
    for (const { channel, since } of after) {
      const known = before.find((member) => member.channel === channel)?.since;
      isTrue(since === told[0]?.tt || since === known, `${channel} to count from its addition`);
    }
  }

  #change(group: string, add: readonly string[], remove: readonly string[]): string | undefined {
    const known = this.#sets.get(group);
    const kept = new Set([...(known ?? [])].filter((channel) => !remove.includes(channel)));
    const next = new Set([...kept, ...add]);
    const grows = next.size > kept.size;
    if (grows && next.size > RULES.channels) return 'channels';
    if (grows && !known && this.#sets.size === RULES.groups) return 'groups';
    if (grows || known) this.#sets.set(group, next);
    return undefined;
  }
}
