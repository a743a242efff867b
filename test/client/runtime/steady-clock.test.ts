import fc from 'fast-check';
import { PubNub } from 'timetoken';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { settingsFrom } from '../../../src/client/config/settings.ts';
import { steadyClock, systemClock } from '../../../src/client/runtime/steady-clock.ts';
import { RuntimeClock } from '../../support/runtime-clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

afterEach(() => vi.useRealTimers());

test("the runtime's clock is looked up at each call, so that fake timers take effect", () => {
  vi.useFakeTimers({ now: 1_000 });
  const fired: string[] = [];
  systemClock.setTimeout(() => fired.push('first'), 50);
  const timer = systemClock.setTimeout(() => fired.push('second'), 60);
  systemClock.clearTimeout(timer);
  vi.advanceTimersByTime(100);
  expect([systemClock.now(), fired]).toEqual([1_100, ['first']]);
});

test("the runtime's monotonic time goes on, whatever is done to the wall clock", () => {
  vi.useFakeTimers({ now: 1_000 });
  const start = systemClock.monotonic();
  vi.advanceTimersByTime(100);
  vi.setSystemTime(0);
  expect([systemClock.now(), systemClock.monotonic() - start]).toEqual([0, 100]);
});

const LONGEST = 2 ** 31 - 1;
const DAY = 86_400_000;

function running() {
  const runtime = new RuntimeClock();
  const fired: number[] = [];
  const start = runtime.now();
  const clock = steadyClock(runtime);
  const set = (milliseconds: number) =>
    clock.setTimeout(() => fired.push(runtime.now() - start), milliseconds);
  return { runtime, clock, set, fired, advance: (by: number) => runtime.time.advance(by) };
}

describe('a timer of a steady clock', () => {
  test.each([LONGEST - 1, LONGEST, LONGEST + 1, 30 * DAY, 2 * LONGEST, 100 * DAY + 1])(
    'of %i ms waits that long, and fires once',
    async (delay) => {
      const { set, fired, advance, runtime } = running();
      set(delay);
      await advance(delay - 1);
      expect(fired).toEqual([]);
      await advance(1);
      await advance(LONGEST);
      expect(fired).toEqual([delay]);
      expect(Math.max(...runtime.delays)).toBeLessThanOrEqual(LONGEST);
      expect(runtime.time.pending).toBe(0);
    },
  );

  test.each([0, LONGEST + 1])(
    'that is longer than the runtime can is cancelled after %i ms',
    async (after) => {
      const { set, fired, advance, clock, runtime } = running();
      const timer = set(100 * DAY);
      await advance(after);
      clock.clearTimeout(timer);
      clock.clearTimeout(timer);
      expect(runtime.time.pending).toBe(0);
      await advance(200 * DAY);
      expect(fired).toEqual([]);
    },
  );

  test('of Infinity never fires, and holds nothing that keeps a process alive', async () => {
    const { set, fired, advance, clock, runtime } = running();
    const timer = set(Number.POSITIVE_INFINITY);
    expect(runtime.delays).toEqual([]);
    await advance(100 * DAY);
    expect(fired).toEqual([]);
    expect(() => clock.clearTimeout(timer)).not.toThrow();
  });

  test.each([Number.NaN, -1, Number.NEGATIVE_INFINITY, 0])('of %d fires without a delay', async (delay) => {
    const { set, fired, advance, runtime } = running();
    set(delay);
    expect(runtime.delays).toEqual([0]);
    await advance(0);
    expect(fired).toEqual([0]);
  });

  test('that is short is the clock’s own', async () => {
    const { set, fired, advance, clock } = running();
    clock.clearTimeout(set(5));
    set(7);
    await advance(10);
    expect(fired).toEqual([7]);
  });
});

describe('monotonic time', () => {
  test('is the clock’s own where it has one', async () => {
    const clock = new VirtualClock();
    const steady = steadyClock(clock);
    await clock.advance(DAY);
    clock.jump(DAY);
    expect([steady.monotonic(), steady.now()]).toEqual([clock.monotonic(), clock.now()]);
  });

  test('never goes back: a clock that does counts from its new time on', () => {
    let time = 50_000;
    const clock = steadyClock(Object.assign(new RuntimeClock(), { monotonic: () => time }));
    const seen = [50_000, 50_100, -1e9, -1e9 + 30, 60_000].map((next) => {
      time = next;
      return clock.monotonic();
    });
    expect(seen).toEqual([50_000, 50_100, 50_100, 50_130, 50_130 + 1e9 - 30 + 60_000]);
  });

  test('that is derived never goes back, and takes no step of more than ten seconds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -DAY, max: DAY }), { maxLength: 50 }), (steps) => {
        const { runtime, clock } = running();
        let expected = clock.monotonic();
        for (const step of steps) {
          runtime.time.jump(step);
          expected += Math.min(Math.max(step, 0), 10_000);
          expect(clock.monotonic()).toBe(expected);
          expect(clock.now()).toBe(runtime.now());
        }
      }),
    );
  });

  test('that is derived is the time that passed, while it is read now and then', async () => {
    const { clock, advance } = running();
    const start = clock.monotonic();
    for (let tick = 0; tick < 720; tick++) {
      await advance(5_000);
      clock.monotonic();
    }
    expect(clock.monotonic() - start).toBe(3_600_000);
  });
});

test('the clock of a client is steady, whichever it is given', () => {
  const keys = { subscribeKey: 'demo', userId: 'alice' };
  const given = new RuntimeClock();
  const { clock } = settingsFrom({ ...keys, clock: given }, PubNub.features);
  clock.setTimeout(() => undefined, 100 * DAY);
  expect(given.delays).toEqual([LONGEST]);
  const own = settingsFrom(keys, PubNub.features).clock;
  expect(own.monotonic()).toBeGreaterThan(0);
  expect(own.monotonic()).toBeLessThanOrEqual(systemClock.monotonic());
});

describe('a clock that fails', () => {
  const fails = () => {
    throw new Error('mine');
  };
  const whole = { now: () => 7, setTimeout: () => 1, clearTimeout: () => undefined };

  test.each([
    ['atLatest() throws', { ...whole, atLatest: fails }],
    ['atLatest() gives nothing', { ...whole, atLatest: () => undefined as never }],
    ['setTimeout() throws', { ...whole, setTimeout: fails }],
    ['clearTimeout() throws', { ...whole, clearTimeout: fails }],
  ])('ends nothing that is over: %s', (_name, clock) => {
    const forget = steadyClock(clock).atLatest(5, () => undefined);
    expect(forget).not.toThrow();
  });

  test('stands still meanwhile', () => {
    let times: readonly (number | undefined)[] = [5, undefined, 9];
    const monotonic = () => {
      const [time, ...rest] = times;
      times = rest;
      return time ?? fails();
    };
    const clock = steadyClock({ ...whole, monotonic });
    expect([clock.monotonic(), clock.monotonic(), clock.monotonic()]).toEqual([5, 5, 9]);
  });
});
