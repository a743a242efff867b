import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Appended, Entry, LogRules, Stamp } from '../../../../src/origin/index.ts';
import { LOG_RULES, MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { stampOf, stampPlus, ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { message } from '../../../support/entries.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

test('whatever the clock does, stamps exceed all stamps, heads and floors before them', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('head' as const) }),
    fc.record({ kind: fc.constant('raise' as const), by: fc.nat(1_000) }),
    fc.record({ kind: fc.constant('jump' as const), by: fc.integer({ min: -10_000, max: 10_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const clock = new VirtualClock();
      const log = new MemoryLog(clock);
      let highest = ZERO_STAMP;
      const above = (appended: readonly Appended[]) => {
        for (const { tt } of appended) {
          expect(tt > highest).toBe(true);
          highest = tt;
        }
      };
      for (const move of steps) {
        if (move.kind === 'append')
          above(await log.append(Array.from({ length: move.count }, () => message('a'))));
        else if (move.kind === 'head') {
          const head = await log.fence();
          expect(head >= highest).toBe(true);
          highest = head;
        } else if (move.kind === 'jump') clock.jump(move.by);
        else {
          const floor = `${BigInt(highest) + BigInt(move.by)}`.padStart(17, '0');
          const most = stampOf(clock.now() + 5_000);
          const raised = floor < most ? floor : most;
          if (move.by % 2 === 0) await log.fence(floor);
          else above(await log.append([message('a')], { floor }));
          if (raised > highest) highest = raised;
        }
      }
    }),
  );
});

describe('reading', () => {
  async function filled(count: number, rules: LogRules = LOG_RULES) {
    const clock = new VirtualClock();
    const log = new MemoryLog(clock, { rules });
    const stamps: Stamp[] = [];
    for (let index = 0; index < count; index++) {
      stamps.push(log.appendOne(message('a')).tt);
      clock.jump(1);
    }
    return { clock, log, stamps };
  }

  test('pages through all entries, each once', async () => {
    const { log, stamps } = await filled(10);
    const read: Entry[] = [];
    let position = ZERO_STAMP;
    for (;;) {
      const { entries, upto, trimmed } = await log.readAfter(position, 3);
      read.push(...entries);
      position = upto;
      expect(trimmed).toBe(false);
      if (entries.length === 0) break;
    }
    expect(read.map(({ tt }) => tt)).toEqual(stamps);
    expect(read.map(({ prev }) => prev).slice(1)).toEqual(stamps.slice(0, -1));
  });

  test('says when something after the position was trimmed', async () => {
    const { log, stamps } = await filled(5, { ...LOG_RULES, entries: 2 });
    expect(await log.readAfter(stamps[1] ?? '', 10)).toMatchObject({ trimmed: true });
    expect(await log.readAfter(stamps[2] ?? '', 10)).toMatchObject({ trimmed: false });
    expect((await log.readAfter('', 10)).entries.map(({ tt }) => tt)).toEqual(stamps.slice(3));
  });

  test('trims by age too, and never lowers the head', async () => {
    const { clock, log, stamps } = await filled(5, { ...LOG_RULES, keepMs: 2 });
    const head = await log.fence();
    expect((await log.readAfter('', 10)).entries.map(({ tt }) => tt)).toEqual(stamps.slice(3));
    clock.jump(10);
    expect((await log.readAfter('', 10)).entries).toHaveLength(0);
    expect((await log.fence()) >= head).toBe(true);
  });
});

test('floors and reads move it at most five seconds ahead of the clock, however often they are repeated', async () => {
  const clock = new VirtualClock();
  const log = new MemoryLog(clock);
  for (let count = 0; count < 100_000; count++) {
    const head = await log.fence();
    await log.fence(stampPlus(head, 4_000));
  }
  expect((await log.fence()) <= stampOf(clock.now() + 5_000)).toBe(true);
  const { tt } = log.appendOne(message('a'));
  expect(tt <= stampPlus(stampOf(clock.now() + 5_000), 1)).toBe(true);
});

describe('the tail', () => {
  test('is called within the turn of the append, in order, until it is ended', async () => {
    const log = new MemoryLog(new VirtualClock());
    const seen: Stamp[] = [];
    const end = await log.tail({ onEntry: ({ tt }) => seen.push(tt), onState: () => undefined });
    const appended = log.appendNow([message('a'), message('b')]);
    expect(seen).toEqual(appended.map(({ tt }) => tt));
    end();
    log.appendNow([message('a')]);
    expect(seen).toHaveLength(2);
  });

  test('does not show what is not to be delivered', async () => {
    const log = new MemoryLog(new VirtualClock());
    const seen: Entry[] = [];
    await log.tail({ onEntry: (entry) => seen.push(entry), onState: () => undefined });
    const hidden = log.appendOne(message('a', '1', { deliver: false }));
    const shown = log.appendOne(message('a'));
    expect(seen.map(({ tt }) => tt)).toEqual([shown.tt]);
    expect(hidden.tt < shown.tt).toBe(true);
    expect(seen[0]?.prev).not.toBe(hidden.tt);
  });
});

test('a batch may repeat a publish id', async () => {
  const log = new MemoryLog(new VirtualClock());
  const [first, second] = await log.append([
    message('a', '1', { publishId: 'k' }),
    message('a', '1', { publishId: 'k' }),
  ]);
  expect(second).toEqual({ ...first, isDuplicate: true });
  expect(first?.isDuplicate).toBe(false);
});

describe('its room', () => {
  const rules = { entries: 1_000, bytes: 1_000, publishIds: 3, publishIdBytes: 100 };

  test('is as many characters as it may have, whatever the size of an entry', async () => {
    const log = new MemoryLog(new VirtualClock(), { rules });
    for (let index = 0; index < 50; index++) await log.append([message('a', 'x'.repeat(99))]);
    const { entries, trimmed } = await log.readAfter('', 100);
    expect([entries.length, trimmed]).toEqual([10, true]);
    await log.append([message('a', 'x'.repeat(2_000))]);
    expect((await log.readAfter('', 100)).entries).toHaveLength(0);
  });

  test('has the newest publish ids, by their number and their characters', async () => {
    const log = new MemoryLog(new VirtualClock(), { rules });
    const append = async (publishId: string) => log.appendOne(message('a', '1', { publishId })).tt;
    const stamps = [];
    for (const key of ['a', 'b', 'c', 'd']) stamps.push(await append(key));
    expect(await append('d')).toBe(stamps[3]);
    expect(await append('b')).toBe(stamps[1]);
    expect(await append('a')).not.toBe(stamps[0]);
    await append('x'.repeat(99));
    expect(await append('d')).not.toBe(stamps[3]);
  });
});
