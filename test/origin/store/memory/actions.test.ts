import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionRules } from '../../../../src/origin/store/actions.ts';
import type { Entry } from '../../../../src/origin/store/entry.ts';
import { MemoryActions } from '../../../../src/origin/store/memory/actions.ts';
import { MemoryHistory } from '../../../../src/origin/store/memory/history.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { HIGHEST_STAMP, ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const ALL = { from: ZERO_STAMP, to: HIGHEST_STAMP, max: 1_000 };
const FREE: ActionRules = { messageActions: 1_000, actions: 1_000, bytes: 100_000 };

async function store(rules: Partial<ActionRules> = {}) {
  const clock = new VirtualClock();
  const history = new MemoryHistory(clock, { channelEntries: 9, entries: 9, bytes: 9_000, keepMs: 1_000 });
  const log = new MemoryLog(clock, { history });
  const actions = new MemoryActions(log, history, { ...FREE, ...rules });
  const entries: Entry[] = [];
  await log.tail({ onEntry: (entry) => entries.push(entry), onState: () => undefined });
  const add = (message: string, value: string, channel = 'a') =>
    actions.add({ channel, message, user: 'u', type: 't', value });
  const values = async (channel = 'a') => (await actions.list(channel, ALL)).map(({ value }) => value);
  return { clock, history, log, actions, entries, add, values };
}

describe('message actions in memory', () => {
  test('have the stamp of the entry that tells of them', async () => {
    const { add, entries } = await store();
    const added = await add('5', 'v');
    const [entry] = entries;
    if (typeof added === 'string' || !entry) throw new Error('nothing was added');
    expect(added.tt).toBe(entry.tt);
    expect(entry).toMatchObject({ channel: 'a', kind: 'action', data: { event: 'added', message: '5' } });
  });

  test('give way to newer ones when there are too many, of whatever channel', async () => {
    const { add, values, actions } = await store({ actions: 3 });
    for (const value of ['1', '2']) await add('5', value, 'b');
    for (const value of ['3', '4']) await add('5', value);
    expect([await values('b'), await values()]).toEqual([['2'], ['3', '4']]);
    await add('5', '5');
    expect([await values('b'), await values()]).toEqual([[], ['3', '4', '5']]);
    expect((await actions.of('b', ['5'])).size).toBe(0);
  });

  test('give way to newer ones when they are too long', async () => {
    const { add, values } = await store({ bytes: 100 });
    await add('5', 'x'.repeat(55));
    await add('5', 'y'.repeat(40));
    expect(await values()).toEqual(['y'.repeat(40)]);
    await add('5', 'z'.repeat(200));
    expect(await values()).toEqual([]);
  });

  test('are found by message, each list oldest first, and none twice', async () => {
    const { add, actions } = await store();
    await add('6', '1');
    await add('5', '2');
    await add('6', '3');
    expect(await add('6', '1')).toBe('exists');
    const found = await actions.of('a', ['5', '6', '7']);
    expect([...found].map(([message, list]) => [message, list.map(({ value }) => value)])).toEqual([
      ['5', ['2']],
      ['6', ['1', '3']],
    ]);
  });

  test('are what a simple model says after any sequence of changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 30 }), async (steps) => {
        const { add, actions, history, entries } = await store();
        const model = new Model();
        for (const step of steps) {
          const known = model.of(step);
          if (step.kind === 'delete') {
            await history.remove('a', { from: step.message, to: step.to });
            model.delete(step);
          } else if (step.kind === 'add') {
            const added = await add(step.message, step.value);
            expect(added === 'exists').toBe(known !== undefined);
            if (typeof added !== 'string') model.add(step, added.tt);
          } else {
            const place = { channel: 'a', message: step.message, tt: known ?? ZERO_STAMP, user: 'u' };
            expect(await actions.remove(place)).toBe(known === undefined ? 'missing' : undefined);
            model.remove(step);
          }
        }
        const listed = await actions.list('a', ALL);
        expect(listed.map(({ tt }) => tt)).toEqual(model.stamps);
        expect(entries).toHaveLength(model.changes);
      }),
      { numRuns: 60 },
    );
  });
});

const MESSAGE = fc.constantFrom('10', '20', '30');
const STEP = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'delete'),
  message: MESSAGE,
  to: MESSAGE,
  value: fc.constantFrom('x', 'y'),
});

type Step = Readonly<Record<'kind' | 'message' | 'to' | 'value', string>>;

/** The stamp of each action, in the order in which they were added. */
class Model {
  readonly #actions = new Map<string, { readonly message: string; readonly tt: string }>();
  changes = 0;

  get stamps(): readonly string[] {
    return Array.from(this.#actions.values(), ({ tt }) => tt);
  }

  of({ message, value }: Step): string | undefined {
    return this.#actions.get(message + value)?.tt;
  }

  add({ message, value }: Step, tt: string): void {
    this.#actions.set(message + value, { message, tt });
    this.changes++;
  }

  remove({ message, value }: Step): void {
    if (this.#actions.delete(message + value)) this.changes++;
  }

  delete({ message: from, to }: Step): void {
    for (const [key, { message }] of this.#actions) {
      if (message >= from && message <= to) this.#actions.delete(key);
    }
  }
}
