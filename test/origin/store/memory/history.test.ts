import { describe, expect, test } from 'vitest';
import type { HistoryRules, Publication, Retention, Stamp } from '../../../../src/origin/index.ts';
import { MemoryHistory } from '../../../../src/origin/store/memory/history.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { HIGHEST_STAMP, ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const RULES: HistoryRules = { channelEntries: 1_000, entries: 1_000, bytes: 1_000_000, keepMs: 1_000 };
const ALL = { from: ZERO_STAMP, to: HIGHEST_STAMP, max: 1_000, reverse: false };

function setUp(rules: HistoryRules | undefined = RULES) {
  const clock = new VirtualClock();
  const history = new MemoryHistory(clock, rules);
  const log = new MemoryLog(clock, { history });
  const store = (channel: string, payload: string, more: Partial<Publication> & Retention = {}): Stamp => {
    const { keepMs, ...data } = more;
    const request = { channel, kind: 'message', data: { payload, ...data }, history: { keepMs } } as const;
    return log.appendOne(request).tt;
  };
  const payloads = async (channel: string) =>
    ((await history.read([channel], ALL)).get(channel) ?? []).map(({ payload }) => payload);
  return { clock, history, log, store, payloads };
}

describe('history in memory', () => {
  test('gives room back that is deleted or expired', async () => {
    const { store, payloads, history, clock } = setUp({ ...RULES, bytes: 8 });
    for (let round = 0; round < 20; round++) {
      store('a', `${round % 10}`);
      store('b', '0', { keepMs: 1 });
      await clock.advance(1);
      await history.remove('a', ALL);
      await history.count(['b'], [ALL]);
      expect(history.size).toBe(0);
    }
    for (const payload of ['1', '2', '3', '4']) store('a', payload);
    expect(await payloads('a')).toEqual(['1', '2', '3', '4']);
  });

  test('drops expired entries of channels that nobody reads', async () => {
    const { store, history, clock } = setUp();
    for (let index = 0; index < 500; index++) store(`c${index}`, '1', { keepMs: 10 });
    await clock.advance(10);
    for (let index = 0; index < 500; index++) store('other', '1');
    expect(history.size).toBe(500);
  });

  test.each([
    ['without rules', undefined],
    ['whose retention is none', { ...RULES, keepMs: 0 }],
    ['without room', { ...RULES, channelEntries: 0 }],
    ['without room for any channel', { ...RULES, entries: 0 }],
  ])('%s holds nothing', async (_name, rules) => {
    const history = new MemoryHistory(new VirtualClock(), rules);
    history.add({ tt: '00000000000000001', channel: 'a', data: { payload: '1' } });
    expect(history.size).toBe(0);
    expect(await history.read(['a'], ALL)).toEqual(new Map());
  });
});
