import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryGroups } from '../../../../src/origin/store/memory/groups.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function openGroups(rules?: { readonly channels: number; readonly groups: number }) {
  const log = new MemoryLog(new VirtualClock());
  const groups = new MemoryGroups(log, rules);
  const members = async (group: string) => (await groups.members([group])).get(group) ?? [];
  return { log, groups, members };
}

const group = fc.constantFrom('g', 'h', 'i');
const channels = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), group, add: channels, remove: channels }),
  fc.record({ kind: fc.constant('delete' as const), group }),
);

/** What groups are: sets of names, at most three in each, at most two of them. */
class Model {
  readonly sets = new Map<string, Set<string>>();

  change(name: string, add: readonly string[], remove: readonly string[]): string | undefined {
    const known = this.sets.get(name);
    const kept = new Set([...(known ?? [])].filter((channel) => !remove.includes(channel)));
    const next = new Set([...kept, ...add]);
    const grows = next.size > kept.size;
    if (grows && next.size > 3) return 'channels';
    if (grows && !known && this.sets.size === 2) return 'groups';
    if (grows || known) this.sets.set(name, next);
    return undefined;
  }
}

describe('groups in memory', () => {
  test('hold what plain sets would, within their limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { groups, members } = openGroups({ channels: 3, groups: 2 });
        const model = new Model();
        for (const taken of steps) {
          if (taken.kind === 'delete') {
            await groups.delete(taken.group);
            model.sets.delete(taken.group);
          } else {
            const excess = model.change(taken.group, taken.add, taken.remove);
            expect(await groups.change(taken.group, taken.add, taken.remove)).toBe(excess);
          }
          expect(await groups.list({ limit: 10 })).toEqual([...model.sets.keys()].toSorted());
          for (const name of ['g', 'h', 'i']) {
            const channels = (await members(name)).map(({ channel }) => channel);
            expect(new Set(channels)).toEqual(model.sets.get(name) ?? new Set());
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('log each change once, at the position from which the new channels count', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const { log, groups, members } = openGroups();
        for (const taken of steps) {
          const position = await log.fence();
          const before = await members(taken.group);
          if (taken.kind === 'delete') await groups.delete(taken.group);
          else await groups.change(taken.group, taken.add, taken.remove);
          const after = await members(taken.group);
          const { entries } = await log.readAfter(position, 10);
          const names = (all: typeof after) => JSON.stringify(all);
          const expected = names(before) === names(after) ? [] : [['group', taken.group]];
          expect(entries.map(({ kind, channel }) => [kind, channel])).toEqual(expected);
          const stayed = new Map(before.map(({ channel, since }) => [channel, since]));
          for (const { channel, since } of after) {
            const isNew = since > position;
            if (isNew) expect(since).toBe(entries[0]?.tt);
            else expect(since).toBe(stayed.get(channel));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('answer for several at once, also for those that do not exist', async () => {
    const { groups } = openGroups();
    await groups.change('g', ['a'], []);
    const found = await groups.members(['g', 'none']);
    expect(Array.from(found, ([group, members]) => [group, members.map(({ channel }) => channel)])).toEqual([
      ['g', ['a']],
      ['none', []],
    ]);
  });

  test('without limits hold any number', async () => {
    const { groups, members } = openGroups();
    const many = Array.from({ length: 5_000 }, (_, index) => `c${index}`);
    expect(await groups.change('g', many, [])).toBe(undefined);
    expect(await members('g')).toHaveLength(5_000);
  });
});
