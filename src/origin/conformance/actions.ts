import type { ActionRules, NewAction, StoredAction } from '../store/actions.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import type { ShardStore } from '../store/store.ts';
import { cases, needing } from './case.ts';
import { ALL, message, stampsOf } from './entries.ts';
import { accepted, equal, has } from './expect.ts';
import type { Choices } from './random.ts';
import { entriesAfter, type World } from './world.ts';

const RULES: ActionRules = { messageActions: 1_000, actions: 1_000, bytes: 1_000_000 };
const MESSAGES = ['00000000000000010', '00000000000000020', '00000000000000030'] as const;
const [FIRST, SECOND, THIRD] = MESSAGES;

/** Actions on messages. */
export const actionCases = cases('actions', {
  'an action has the stamp of the entry that tells of it': async (world) => {
    const shard = await world.shard();
    const added = await add(shard, { value: 'ü' });
    equal(await shard.actions.list('a', ALL), [added], 'the actions');
    equal(await shard.actions.of('a', [FIRST]), new Map([[FIRST, [added]]]), 'those of the message');
    const [entry, ...more] = await entriesAfter(shard.log);
    equal(more, [], 'further entries');
    has(entry, { tt: added.tt, kind: 'action', channel: 'a' }, 'the entry');
    equal(
      [entry?.data, added],
      [eventOf('added', added, entry?.data), { ...NEW, value: 'ü', tt: added.tt }],
      'it',
    );
  },

  'whoever hears of an action finds it, and of a removal does not': async (world) => {
    const shard = await world.shard();
    const reads: Promise<boolean>[] = [];
    const isThere = async (tt: Stamp) => (await values(shard)).length > 0 && tt !== '';
    await world.tail(shard.log, ({ tt }) => reads.push(isThere(tt)));
    const { tt } = await add(shard, {});
    await world.until(() => reads.length >= 1, 'an entry from the tail');
    equal(await Promise.all(reads), [true], 'whether the action was there');
    equal(await shard.actions.remove({ ...NEW, tt }), undefined, 'the problem of the removal');
    await world.until(() => reads.length >= 2, 'two entries from the tail');
    equal(await Promise.all(reads), [true, false], 'whether the action was there');
  },

  'a removal is told with the stamp of the action': async (world) => {
    const shard = await world.shard();
    const added = await add(shard, {});
    await shard.actions.remove(added);
    const [entry] = await entriesAfter(shard.log, added.tt);
    has(
      entry,
      { kind: 'action', channel: 'a', data: eventOf('removed', added, { action: added.tt }) },
      'the entry',
    );
  },

  'what is refused changes nothing and is not told': async (world) => {
    const shard = await world.shard({ actions: { ...RULES, messageActions: 2 } });
    const { actions } = shard;
    const added = await add(shard, { value: '1' });
    await add(shard, { value: '2' });
    const before = await entriesAfter(shard.log);
    equal(await actions.add({ ...NEW, value: '1' }), 'exists', 'the problem of the same action');
    equal(await actions.add({ ...NEW, value: '3' }), 'full', 'the problem of a third');
    const removals = [
      [{ ...added, user: 'other' }, 'foreign'],
      [{ ...added, message: SECOND }, 'missing'],
      [{ ...added, channel: 'b' }, 'missing'],
      [{ ...added, tt: ZERO_STAMP }, 'missing'],
    ] as const;
    for (const [removal, problem] of removals) equal(await actions.remove(removal), problem, 'the problem');
    equal(await entriesAfter(shard.log), before, 'the entries');
    equal(await values(shard), ['1', '2'], 'the actions');
    await add(shard, { value: '1', message: SECOND });
  },

  'the same action of another user, type, message or channel is another one': async (world) => {
    const shard = await world.shard();
    for (const other of [
      {},
      { user: 'v' },
      { type: 'u' },
      { value: '' },
      { message: SECOND },
      { channel: 'b' },
    ])
      await add(shard, other);
    // No two of them run together into one.
    await add(shard, { type: 'x', value: 'yz' });
    await add(shard, { type: 'xy', value: 'z' });
    equal([(await values(shard)).length, await values(shard, 'b')], [7, ['v']], 'the actions');
  },

  'of the same action at the same time one is added': async (world) => {
    const { actions, log } = await world.shard();
    const results = await Promise.all(Array.from({ length: 8 }, () => actions.add(NEW)));
    equal(results.filter((result) => result === 'exists').length, 7, 'refused actions');
    equal((await entriesAfter(log)).length, 1, 'entries');
    const tt = results.flatMap((result) => (typeof result === 'string' ? [] : [result.tt])).join();
    const removed = await Promise.all(Array.from({ length: 8 }, () => actions.remove({ ...NEW, tt })));
    equal(removed.filter((problem) => problem === undefined).length, 1, 'removals');
    equal((await entriesAfter(log)).length, 2, 'entries');
  },

  'the newest of a range are listed, and those of some messages': async (world) => {
    const shard = await world.shard();
    const stamps = [];
    for (const [index, place] of [SECOND, FIRST, SECOND].entries())
      stamps.push((await add(shard, { message: place, value: `${index}` })).tt);
    const [from = '', middle = '', to = ''] = stamps;
    const listed = async (query: object) => stampsOf(await shard.actions.list('a', { ...ALL, ...query }));
    equal(await listed({ max: 2 }), [middle, to], 'the newest two');
    equal(await listed({ from, to: middle }), [from, middle], 'those of a range');
    equal(await listed({ from, to: middle, max: 1 }), [middle], 'the newest of a range');
    const found = await shard.actions.of('a', [FIRST, SECOND, THIRD]);
    equal(
      found.get(SECOND)?.map(({ tt }) => tt),
      [from, to],
      'those of a message',
    );
    equal([found.size, found.has(THIRD)], [2, false], 'the messages with actions');
  },

  'the oldest give way when there are too many, of whatever channel': async (world) => {
    const shard = await world.shard({ actions: { ...RULES, actions: 3 } });
    for (const value of ['1', '2']) await add(shard, { channel: 'b', value });
    for (const value of ['3', '4']) await add(shard, { value });
    equal([await values(shard, 'b'), await values(shard)], [['2'], ['3', '4']], 'the actions');
    await add(shard, { value: '5' });
    equal([await values(shard, 'b'), await values(shard)], [[], ['3', '4', '5']], 'the actions');
    equal((await shard.actions.of('b', [FIRST])).size, 0, 'messages with actions');
  },

  'the oldest give way when they are too long': async (world) => {
    const shard = await world.shard({ actions: { ...RULES, bytes: 100 } });
    await add(shard, { value: 'x'.repeat(55) });
    await add(shard, { value: 'y'.repeat(60) });
    equal(await values(shard), ['y'.repeat(60)], 'the actions');
    await add(shard, { value: 'z'.repeat(200) });
    equal(await values(shard), [], 'the actions after one that is too long');
  },

  'actions go with their message': needing('advance', async (world) => {
    const shard = await world.shard();
    const kept = { history: { keepMs: 10_000 } };
    const [one, other] = await shard.log.append([
      message('a', '1', kept),
      message('a', '2', { history: {} }),
    ]);
    const added = [];
    for (const appended of [one, other])
      added.push(await add(shard, { message: appended?.tt ?? '', value: appended?.tt ?? '' }));
    await world.advance(11_000);
    equal(await values(shard), [other?.tt], 'the actions when a message has expired');
    for (const { tt, ...gone } of added.slice(0, 1)) {
      equal((await shard.actions.of('a', [gone.message])).size, 0, 'the actions of that message');
      equal(await shard.actions.remove({ ...gone, tt }), 'missing', 'the problem of a removal');
      await add(shard, gone);
    }
    await shard.history.remove('a', ALL);
    equal(await values(shard), [], 'the actions when all messages are deleted');
  }),

  'actions are what plain maps would hold': (world) =>
    world.scripts(async (choices) => {
      const model = new Model(await world.shard());
      for (let step = 0; step < 30; step++) await model.play(world, choices);
      await model.check();
    }),
});

const NEW: NewAction = { channel: 'a', message: FIRST, user: 'u', type: 't', value: 'v' };

async function add({ actions }: ShardStore, action: Partial<NewAction>): Promise<StoredAction> {
  return accepted(await actions.add({ ...NEW, ...action }), 'an action');
}

async function values({ actions }: ShardStore, channel = 'a'): Promise<readonly string[]> {
  return (await actions.list(channel, ALL)).map(({ value }) => value);
}

// The stamp of the action may be left out of its own entry.
function eventOf(event: 'added' | 'removed', action: NewAction, data: unknown): unknown {
  const { message: place, user, type, value } = action;
  const stamp = typeof data === 'object' && data !== null && 'action' in data ? data.action : undefined;
  return { event, message: place, user, type, value, action: stamp };
}

/** The stamps of actions, in the order in which they were added. */
class Model {
  readonly #shard: ShardStore;
  readonly #stamps = new Map<string, { readonly message: string; readonly tt: Stamp }>();
  #changes = 0;

  constructor(shard: ShardStore) {
    this.#shard = shard;
  }

  async play(world: World, choices: Choices): Promise<void> {
    const [kind, place] = [choices.of(['add', 'add', 'remove', 'delete']), choices.of(MESSAGES)];
    const value = choices.of(['x', 'y']);
    world.step(`${kind} ${place} ${value}`);
    const known = this.#stamps.get(place + value);
    if (kind === 'add') {
      const added = await this.#shard.actions.add({ ...NEW, message: place, value });
      equal(added === 'exists', known !== undefined, 'whether it exists');
      if (typeof added === 'string') return;
      this.#stamps.set(place + value, { message: place, tt: added.tt });
      this.#changes++;
    } else if (kind === 'remove') {
      const removal = { ...NEW, message: place, tt: known?.tt ?? ZERO_STAMP };
      equal(await this.#shard.actions.remove(removal), known ? undefined : 'missing', 'the problem');
      if (this.#stamps.delete(place + value)) this.#changes++;
    } else await this.#delete(place, choices.of(MESSAGES));
  }

  async check(): Promise<void> {
    const stamps = Array.from(this.#stamps.values(), ({ tt }) => tt);
    equal(stampsOf(await this.#shard.actions.list('a', ALL)), stamps, 'the stamps of all actions');
    equal((await entriesAfter(this.#shard.log)).length, this.#changes, 'the number of entries');
  }

  async #delete(from: Stamp, to: Stamp): Promise<void> {
    await this.#shard.history.remove('a', { from, to });
    for (const [key, action] of this.#stamps)
      if (action.message >= from && action.message <= to) this.#stamps.delete(key);
  }
}
