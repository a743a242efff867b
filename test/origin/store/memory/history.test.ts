import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HistoryRules, Publication, Retention, Stamp } from '../../../../src/origin/index.ts';
import { MemoryHistory } from '../../../../src/origin/store/memory/history.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { HIGHEST_STAMP, ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { message } from '../../../support/entries.ts';
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

const channel = fc.constantFrom('a', 'b', '__proto__');
// Entries of the script, by their number; a little beside them too.
const place = fc.record({ entry: fc.nat(30), beside: fc.integer({ min: -1, max: 1 }) });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      channel,
      keepMs: fc.option(fc.nat(500), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      channel,
      from: place,
      to: place,
      max: fc.integer({ min: 1, max: 6 }),
      reverse: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant('remove' as const), channel, from: place, to: place }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }),
);

interface Modelled {
  readonly tt: Stamp;
  readonly channel: string;
  readonly expires: number;
}

test('reads, counts and removes what a plain list would, within the same bounds', async () => {
  const rules = { ...RULES, keepMs: 200 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, history, store } = setUp(rules);
      let model: Modelled[] = [];
      const stamps: Stamp[] = [];
      const at = ({ entry, beside }: { entry: number; beside: number }) =>
        `${BigInt(stamps[entry % Math.max(stamps.length, 1)] ?? '5') + BigInt(beside)}`.padStart(17, '0');
      const live = (name: string, from: Stamp, to: Stamp) =>
        model.filter(
          (one) => one.channel === name && one.expires > clock.now() && one.tt >= from && one.tt <= to,
        );
      for (const move of steps) {
        if (move.do === 'wait') await clock.advance(move.ms);
        else if (move.do === 'store') {
          const tt = store(move.channel, `${stamps.length}`, { keepMs: move.keepMs });
          stamps.push(tt);
          model.push({ tt, channel: move.channel, expires: clock.now() + (move.keepMs ?? rules.keepMs) });
        } else {
          const [from, to] = [at(move.from), at(move.to)];
          const wanted = live(move.channel, from, to).map(({ tt }) => tt);
          expect(await history.count([move.channel], [{ from, to }])).toEqual([wanted.length]);
          if (move.do === 'remove') {
            await history.remove(move.channel, { from, to });
            model = model.filter(({ tt }) => !wanted.includes(tt));
          } else {
            const { max, reverse } = move;
            const found = await history.read([move.channel], { from, to, max, reverse });
            const read = found.get(move.channel) ?? [];
            expect(read.map(({ tt }) => tt)).toEqual(reverse ? wanted.slice(0, max) : wanted.slice(-max));
          }
        }
      }
    }),
  );
});

describe('history in memory', () => {
  test('has an entry as soon as its timetoken is known, with all that was said of it', async () => {
    const { store, history } = setUp();
    const parts = { publisher: 'u', meta: '{"a":1}', kind: 4, customMessageType: 'text' } as const;
    const tt = store('a', '"x"', parts);
    expect((await history.read(['a'], { ...ALL, from: tt, to: tt })).get('a')).toMatchObject([
      { tt, payload: '"x"', ...parts },
    ]);
  });

  test('has nothing of an entry that is not to be stored, nor of a repeated one', async () => {
    const { log, store, payloads } = setUp();
    log.appendOne(message('a'));
    expect(await payloads('a')).toEqual([]);
    store('a', '1');
    const twice = message('a', '2', { publishId: 'k', history: {} });
    log.appendNow([twice, twice]);
    expect(await payloads('a')).toEqual(['1', '2']);
  });

  test('keeps the newest of a channel', async () => {
    const { store, payloads } = setUp({ ...RULES, channelEntries: 2 });
    for (const payload of ['1', '2', '3']) store('a', payload);
    store('b', '4');
    expect(await payloads('a')).toEqual(['2', '3']);
    expect(await payloads('b')).toEqual(['4']);
  });

  test('keeps the newest of all channels', async () => {
    const { store, payloads, history } = setUp({ ...RULES, entries: 3 });
    for (const [name, payload] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['b', '4'],
    ] as const)
      store(name, payload);
    expect(await payloads('a')).toEqual(['3']);
    expect(await payloads('b')).toEqual(['2', '4']);
    expect(history.size).toBe(3);
  });

  test('keeps no more characters than allowed, whatever they belong to', async () => {
    const { store, payloads } = setUp({ ...RULES, bytes: 30 });
    store('a', '"1234567890"', { meta: '"12345"', publisher: 'u' });
    store('a', '2');
    expect(await payloads('a')).toEqual(['"1234567890"', '2']);
    store('a', '"34567890"');
    expect(await payloads('a')).toEqual(['2', '"34567890"']);
    store('a', `"${'x'.repeat(40)}"`);
    expect(await payloads('a')).toEqual([]);
  });

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
    history.add({ tt: '00000000000000001', channel: 'a' }, { payload: '1' });
    expect(history.size).toBe(0);
    expect(await history.read(['a'], ALL)).toEqual(new Map());
  });
});
