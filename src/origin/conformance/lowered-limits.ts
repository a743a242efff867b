import type { ActionRules } from '../store/actions.ts';
import type { HistoryRules } from '../store/history.ts';
import type { LogRules } from '../store/log.ts';
import type { ShardRules, ShardStore } from '../store/store.ts';
import { cases } from './case.ts';
import { ALL, message } from './entries.ts';
import { isTrue } from './expect.ts';
import { entriesAfter } from './world.ts';

const PLENTY = 1e6;
const MANY = 60;
const FEW = 10;
// Of entries with 40 characters, and with whatever a store counts beside them.
const BYTES = FEW * 40;
const LONG = 'x'.repeat(38);

const HISTORY: HistoryRules = { channelEntries: PLENTY, entries: PLENTY, bytes: PLENTY, keepMs: 60_000 };
const LOG: LogRules = { entries: PLENTY, bytes: PLENTY, publishIds: PLENTY, publishIdBytes: PLENTY };
const ACTIONS: ActionRules = { messageActions: PLENTY, actions: PLENTY, bytes: PLENTY };

/** What is held for a while, until there is more of it than a limit allows. */
interface Held {
  add(shard: ShardStore, index: number): Promise<unknown>;
  /** How much of it is there. */
  count(shard: ShardStore): Promise<number>;
  /** Rules with lower limits than before. */
  readonly lowered: Readonly<Record<string, Partial<ShardRules>>>;
}

const HELD: readonly Held[] = [
  {
    add: ({ log }) => log.append([message('a', `"${LONG}"`, { history: {} })]),
    count: async ({ history }) => (await history.count(['a'], [ALL]))[0] ?? 0,
    lowered: {
      'entries of a channel in history': { history: { ...HISTORY, channelEntries: FEW } },
      'entries in history': { history: { ...HISTORY, entries: FEW } },
      'entries in history, by their length': { history: { ...HISTORY, bytes: BYTES } },
    },
  },
  {
    add: ({ log }) => log.append([message('a', `"${LONG}"`)]),
    count: async ({ log }) => (await entriesAfter(log)).length,
    lowered: {
      'live entries': { log: { ...LOG, entries: FEW } },
      'live entries, by their length': { log: { ...LOG, bytes: BYTES } },
    },
  },
  {
    add: ({ actions }, index) =>
      actions.add({ channel: 'a', message: '5', user: 'ann', type: 't', value: `${LONG}${index}` }),
    count: async ({ actions }) => (await actions.list('a', ALL)).length,
    lowered: {
      'message actions': { actions: { ...ACTIONS, actions: FEW } },
      'message actions, by their length': { actions: { ...ACTIONS, bytes: BYTES } },
    },
  },
  {
    add: ({ log }, index) => log.append([message('a', '1', { publishId: `${LONG}${index}` })]),
    count: async ({ log }) => {
      // The newest of those that have to be gone: what is asked for is remembered.
      const request = message('a', '1', { publishId: `${LONG}${MANY - FEW}` });
      const [appended] = await log.append([request]);
      return appended?.isDuplicate ? MANY : FEW;
    },
    lowered: {
      'publish ids': { log: { ...LOG, publishIds: FEW } },
      'publish ids, by their length': { log: { ...LOG, publishIdBytes: BYTES } },
    },
  },
];

/** Limits that are lowered while the data is in use. */
export const loweredLimitCases = cases('engine', {
  'what exceeds a limit that was lowered gives way with the next entry': async (world) => {
    const engine = await world.engine();
    for (const { add, count, lowered } of HELD) {
      for (const [what, rules] of Object.entries(lowered)) {
        const key = world.key();
        const before = engine.shard(key, world.rules({ history: HISTORY, log: LOG, actions: ACTIONS }));
        for (let index = 0; index < MANY; index++) await add(before, index);
        const after = engine.shard(
          key,
          world.rules({ history: HISTORY, log: LOG, actions: ACTIONS, ...rules }),
        );
        await add(after, MANY);
        const left = await count(after);
        isTrue(left > 0 && left <= FEW, `at most ${FEW} ${what} to be left, got ${left}`);
        engine.release?.(key);
        engine.release?.(key);
      }
    }
  },
});
