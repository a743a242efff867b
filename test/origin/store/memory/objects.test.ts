import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { MemoryObjects } from '../../../../src/origin/store/memory/objects.ts';
import type {
  ObjectKey,
  ObjectRange,
  ObjectRules,
  StoredObject,
} from '../../../../src/origin/store/objects.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function openObjects(rules?: ObjectRules) {
  const log = new MemoryLog(new VirtualClock());
  return { log, objects: new MemoryObjects(log, rules) };
}

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

/** An object of a given version, which weighs 14 characters and its names. */
const objectOf = (version: number): StoredObject => ({
  fields: { name: `v${version}` },
  updated: `at ${version}`,
  eTag: `tag ${version}`,
});
const announcement = (payload: string) => ({ channel: 'told', kind: 'object', data: { payload } }) as const;
const textOf = (key: ObjectKey) => JSON.stringify(key);
const weightOf = (key: ObjectKey) => 13 + (key.type === 'membership' ? 2 : 1);

function isWithin(key: ObjectKey, range: ObjectRange): boolean {
  return Object.entries(range).every(([name, value]) =>
    Object.entries(key).some(([n, v]) => n === name && v === value),
  );
}

const write = fc.record({
  key: fc.constantFrom(...KEYS),
  version: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  mistaken: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
});
const batches = fc.array(fc.uniqueArray(write, { maxLength: 4, selector: ({ key }) => textOf(key) }), {
  maxLength: 20,
});
const RULES = { objects: 6, memberships: 2, characters: 100 };

/** Why a plain map would not take these entries. */
function excessOf(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string | undefined {
  const keys = (map: ReadonlyMap<string, number>) =>
    [...map.keys()].map((text) => JSON.parse(text) as ObjectKey);
  const weight = (map: ReadonlyMap<string, number>) => keys(map).reduce((sum, key) => sum + weightOf(key), 0);
  if (after.size > before.size && after.size > RULES.objects) return 'objects';
  if (weight(after) > weight(before) && weight(after) > RULES.characters) return 'characters';
  const crowded = RANGES.filter(({ type }) => type === 'membership').some((range) => {
    const [were, are] = [before, after].map((map) => keys(map).filter((key) => isWithin(key, range)).length);
    return (are ?? 0) > (were ?? 0) && (are ?? 0) > RULES.memberships;
  });
  return crowded ? 'memberships' : undefined;
}

describe('objects in memory', () => {
  test('are what a plain map would hold within the limits, each batch being written whole or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (steps) => {
        const { log, objects } = openObjects(RULES);
        let model = new Map<string, number>();
        for (const [index, step] of steps.entries()) {
          const position = await log.fence();
          const batch = step.map(({ key, version, mistaken }) => {
            const known = model.get(textOf(key));
            return {
              key,
              expected: mistaken ? 'tag 99' : known === undefined ? undefined : `tag ${known}`,
              object: version === undefined ? undefined : objectOf(version),
              announce: [announcement(`${index} ${textOf(key)}`)],
            };
          });
          const next = new Map(model);
          for (const { key, version } of step) {
            if (version) next.set(textOf(key), version);
            else next.delete(textOf(key));
          }
          const problem = step.some(({ mistaken }) => mistaken) ? 'conflict' : excessOf(model, next);
          expect(await objects.write(batch)).toBe(problem);
          const { entries } = await log.readAfter(position, 100);
          const told = problem ? [] : step.map(({ key }) => `${index} ${textOf(key)}`);
          expect(entries.map(({ kind, data }) => kind === 'object' && data.payload)).toEqual(told);
          if (!problem) model = next;
          const found = await objects.get(KEYS);
          expect(found).toEqual(
            KEYS.map((key) => {
              const version = model.get(textOf(key));
              return version && objectOf(version);
            }),
          );
          for (const range of RANGES) {
            const listed = (await objects.list(range, { limit: 100 })).map(({ key }) => textOf(key));
            const expected = [...model.keys()].filter((text) =>
              isWithin(JSON.parse(text) as ObjectKey, range),
            );
            expect(listed.toSorted()).toEqual(expected.toSorted());
            expect(await objects.count(range)).toBe(expected.length);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are there for whoever hears of them', async () => {
    const { log, objects } = openObjects();
    const key = { type: 'uuid', uuid: 'a' } as const;
    const seen: Promise<readonly unknown[]>[] = [];
    await log.tail({ onEntry: () => seen.push(objects.get([key])), onState: () => undefined });
    await objects.write([{ key, expected: undefined, object: objectOf(1), announce: [announcement('set')] }]);
    expect(await Promise.all(seen)).toEqual([[objectOf(1)]]);
  });

  test('without limits hold any number', async () => {
    const { objects } = openObjects();
    const batch = Array.from({ length: 5_000 }, (_, index) => ({
      key: { type: 'membership', uuid: `u${index}`, channel: 'c' } as const,
      expected: undefined,
      object: objectOf(1),
      announce: [],
    }));
    expect(await objects.write(batch)).toBe(undefined);
    expect(await objects.list({ type: 'membership', channel: 'c' }, { limit: 10_000 })).toHaveLength(5_000);
  });
});
