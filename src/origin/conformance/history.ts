import type { HistoryQuery, StampRange } from '../store/history.ts';
import type { AppendRequest } from '../store/log.ts';
import { HIGHEST_STAMP, type Stamp } from '../store/stamp.ts';
import type { ShardStore } from '../store/store.ts';
import { cases, needing } from './case.ts';
import { ALL, beside, message, SAMPLES, stampsOf } from './entries.ts';
import { equal, has, present } from './expect.ts';
import type { Choices } from './random.ts';
import type { World } from './world.ts';

const CHANNELS = ['a', 'b', '__proto__'] as const;
// Not ends of the steps in which time passes, since real time passes too.
const KEPT_MS = [undefined, 15_000, 35_000, 65_000] as const;
const STEPS = 40;

/** Entries that were stored. */
export const historyCases = cases('history', {
  'an entry is there with all its parts as soon as its timetoken is known': async (world) => {
    const { log, history } = await world.shard();
    for (const sample of SAMPLES) {
      if (sample.kind !== 'message' && sample.kind !== 'signal') continue;
      const [appended] = await log.append([{ ...sample, history: {} }]);
      const tt = present(appended, 'a result').tt;
      const found = await history.read([sample.channel], { ...ALL, from: tt, to: tt });
      const { payload, publisher, meta, kind, customMessageType } = sample.data;
      const entry = { tt, payload, publisher, meta, kind, customMessageType };
      const [read, ...more] = found.get(sample.channel) ?? [];
      has(read, entry, 'the entry');
      equal(more, [], 'further entries');
    }
  },

  'whoever hears of an entry finds it': async (world) => {
    const { log, history } = await world.shard();
    const reads: Promise<void>[] = [];
    await world.tail(log, ({ tt }) => {
      const query = { ...ALL, from: tt, to: tt };
      reads.push(history.read(['a'], query).then((found) => equal(found.get('a')?.length, 1, 'entries')));
    });
    for (let count = 0; count < 10; count++) await log.append([message('a', '1', { history: {} })]);
    await world.until(() => reads.length >= 10, '10 entries from the tail');
    await Promise.all(reads);
  },

  'an entry that is not to be kept is not, whatever its kind': async (world) => {
    const { log, history } = await world.shard();
    await log.append(SAMPLES);
    const channels = [...new Set(SAMPLES.map(({ channel }) => channel))];
    equal(await history.read(channels, ALL), new Map(), 'what history has');
    await log.append([{ kind: 'signal', channel: 's', data: { payload: '1', kind: 1 }, history: {} }]);
    equal((await history.read(['s'], ALL)).get('s')?.length, 1, 'signals that are to be kept');
  },

  'what is not delivered can be kept': async (world) => {
    const { log, history } = await world.shard();
    const [appended] = await log.append([message('a', '1', { deliver: false, history: {} })]);
    equal(stampsOf((await history.read(['a'], ALL)).get('a') ?? []), [appended?.tt], 'what history has');
  },

  'one call reads and counts several channels as one call each would': async (world) => {
    const shard = await world.shard();
    const { history } = shard;
    const stamps = await filled(shard, ['a', 'b', 'a', 'b', 'a']);
    const query = { ...ALL, from: stamps[1] ?? '', max: 1 };
    const both = await history.read(['a', 'none', 'b'], query);
    const apart = [...(await history.read(['a'], query)), ...(await history.read(['b'], query))];
    equal(new Set(both.keys()), new Set(['a', 'b']), 'the channels with entries');
    for (const [channel, entries] of apart) equal(both.get(channel), entries, `the entries of ${channel}`);
    const range = { from: stamps[2] ?? '', to: HIGHEST_STAMP };
    const ranges = [ALL, range, range, { from: HIGHEST_STAMP, to: '' }];
    equal(await history.count(['a', 'none', 'b', 'a'], ranges), [3, 0, 1, 0], 'the numbers of entries');
    equal([await history.count([], []), await history.read([], ALL)], [[], new Map()], 'nothing');
  },

  'what is read, counted and removed is what a plain list would have': (world) =>
    world.scripts(async (choices) => {
      const model = new Model(await world.shard());
      for (let step = 0; step < STEPS; step++) await model.play(world, choices);
    }),

  'what is read, counted and removed is what a plain list would have as entries expire': needing(
    'advance',
    (world) =>
      world.scripts(async (choices) => {
        const model = new Model(await world.shard());
        for (let step = 0; step < STEPS; step++) {
          if (choices.oneIn(6)) await model.wait(world, choices.between(1, 5) * 10_000);
          await model.play(world, choices);
        }
      }),
  ),
});

async function filled(
  { log }: ShardStore,
  channels: readonly string[],
  keepMs?: number,
): Promise<readonly Stamp[]> {
  const batch = channels.map((channel): AppendRequest => message(channel, '1', { history: { keepMs } }));
  return stampsOf(await log.append(batch));
}

/** A plain list beside the store. */
class Model {
  readonly #shard: ShardStore;
  readonly #stamps: Stamp[] = [];
  #kept: readonly { readonly tt: Stamp; readonly channel: string; readonly end: number }[] = [];
  /** A clock that begins at 0. */
  #now = 0;

  constructor(shard: ShardStore) {
    this.#shard = shard;
  }

  async play(world: World, choices: Choices): Promise<void> {
    const [kind, channel] = [choices.of(['store', 'store', 'read', 'count', 'remove']), choices.of(CHANNELS)];
    world.step(`${kind} ${channel}`);
    const range = { from: this.#place(choices), to: this.#place(choices) };
    const { history } = this.#shard;
    if (kind === 'store') await this.#store(channel, choices.of(KEPT_MS));
    else if (kind === 'count') {
      equal(await history.count([channel], [range]), [this.#within(channel, range).length], 'the number');
    } else if (kind === 'remove') {
      await history.remove(channel, range);
      const gone = new Set(this.#within(channel, range));
      this.#kept = this.#kept.filter(({ tt }) => !gone.has(tt));
    } else await this.#read(channel, { ...range, max: choices.between(1, 6), reverse: choices.oneIn(2) });
  }

  async wait(world: World, milliseconds: number): Promise<void> {
    world.step(`wait ${milliseconds} ms`);
    await world.advance(milliseconds);
    this.#now += milliseconds;
    this.#kept = this.#kept.filter(({ end }) => end > this.#now);
  }

  async #store(channel: string, keepMs: number | undefined): Promise<void> {
    const [tt = ''] = await filled(this.#shard, [channel], keepMs);
    this.#stamps.push(tt);
    this.#kept = [...this.#kept, { tt, channel, end: this.#now + (keepMs ?? Number.POSITIVE_INFINITY) }];
  }

  async #read(channel: string, query: HistoryQuery): Promise<void> {
    const all = this.#within(channel, query);
    const found = (await this.#shard.history.read([channel], query)).get(channel);
    const expected = query.reverse ? all.slice(0, query.max) : all.slice(-query.max);
    equal(
      found?.map(({ tt }) => tt),
      expected.length > 0 ? expected : undefined,
      'the stamps',
    );
  }

  #within(channel: string, { from, to }: StampRange): readonly Stamp[] {
    const found = this.#kept.filter((one) => one.channel === channel && one.tt >= from && one.tt <= to);
    return found.map(({ tt }) => tt);
  }

  #place(choices: Choices): Stamp {
    const stamp = this.#stamps[choices.below(this.#stamps.length)];
    return stamp === undefined ? ALL.from : beside(stamp, choices.between(-1, 1));
  }
}
