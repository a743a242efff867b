import { nameIn, type ObjectKey, type ObjectProblem, type ObjectRange } from '../store/objects.ts';
import type { ShardStore } from '../store/store.ts';
import { cases } from './case.ts';
import { message } from './entries.ts';
import { equal } from './expect.ts';
import { version } from './objects.ts';
import type { Choices } from './random.ts';
import { entriesAfter, type World } from './world.ts';

const RULES = { objects: 6, memberships: 2, characters: 100_000 };
const NAMES = ['a', 'b', 'c'];
const KEYS: readonly ObjectKey[] = [
  ...NAMES.map((uuid) => ({ type: 'uuid', uuid }) as const),
  ...NAMES.map((channel) => ({ type: 'channel', channel }) as const),
  ...NAMES.flatMap((uuid) => NAMES.map((channel) => ({ type: 'membership', uuid, channel }) as const)),
];
const RANGES: readonly ObjectRange[] = [
  { type: 'uuid' },
  { type: 'channel' },
  ...NAMES.map((uuid) => ({ type: 'membership', uuid }) as const),
  ...NAMES.map((channel) => ({ type: 'membership', channel }) as const),
];

/** Objects beside a plain map. */
export const objectScriptCases = cases('objects', {
  'objects are what a plain map would hold, each batch being written whole or not at all': (world) =>
    world.scripts(async (choices) => {
      const model = new Model(await world.shard({ objects: RULES }));
      for (let step = 0; step < 20; step++) {
        await model.play(world, choices);
        await model.check();
      }
    }),
});

/** The version of each object, by its key as text. */
class Model {
  readonly #shard: ShardStore;
  #versions: ReadonlyMap<string, number> = new Map();

  constructor(shard: ShardStore) {
    this.#shard = shard;
  }

  async play(world: World, choices: Choices): Promise<void> {
    const keys = KEYS.filter(() => choices.oneIn(6));
    const mistaken = choices.oneIn(8) && keys.length > 0;
    const next = new Map(this.#versions);
    const batch = keys.map((key, index) => {
      const [text, number] = [JSON.stringify(key), choices.oneIn(3) ? undefined : choices.between(1, 3)];
      const known = this.#versions.get(text);
      if (number === undefined) next.delete(text);
      else next.set(text, number);
      const expected = known === undefined ? undefined : version(known).eTag;
      return {
        key,
        expected: mistaken && index === 0 ? 'another' : expected,
        object: number === undefined ? undefined : version(number),
        announce: [message('told', text)],
      };
    });
    world.step(`write ${[...next]} after ${[...this.#versions]}`);
    const problem = mistaken ? 'conflict' : excessOf(this.#versions, next);
    const position = await this.#shard.log.fence();
    equal(await this.#shard.objects.write(batch), problem, 'the problem');
    const told = (await entriesAfter(this.#shard.log, position)).map(({ data }) => data);
    const expected = problem ? [] : keys.map((key) => ({ payload: JSON.stringify(key) }));
    equal(told, expected, 'the entries');
    if (!problem) this.#versions = next;
  }

  async check(): Promise<void> {
    const { objects } = this.#shard;
    const versions = KEYS.map((key) => this.#versions.get(JSON.stringify(key)));
    const wanted = versions.map((number) => (number === undefined ? undefined : version(number)));
    equal(await objects.get(KEYS), wanted, 'the objects');
    for (const range of RANGES) {
      const names = keysOf(this.#versions)
        .filter((key) => isWithin(key, range))
        .map((key) => nameIn(range, key));
      const listed = await objects.list(range, { limit: 100 });
      equal(
        listed.map(({ key }) => nameIn(range, key)),
        names.sort(),
        'the names of a range',
      );
      equal(await objects.count(range), names.length, 'their number');
    }
  }
}

function excessOf(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ObjectProblem | undefined {
  if (after.size > before.size && after.size > RULES.objects) return 'objects';
  const isCrowded = RANGES.filter(({ type }) => type === 'membership').some((range) => {
    const sizeOf = (map: ReadonlyMap<string, number>) =>
      keysOf(map).filter((key) => isWithin(key, range)).length;
    return sizeOf(after) > sizeOf(before) && sizeOf(after) > RULES.memberships;
  });
  return isCrowded ? 'memberships' : undefined;
}

function keysOf(map: ReadonlyMap<string, number>): readonly ObjectKey[] {
  return KEYS.filter((key) => map.has(JSON.stringify(key)));
}

function isWithin(key: ObjectKey, range: ObjectRange): boolean {
  const parts = new Map(Object.entries(key));
  return Object.entries(range).every(([name, value]) => parts.get(name) === value);
}
