import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { steadyClock } from '../../../src/client/runtime/steady-clock.ts';
import {
  browserNetworkEvents,
  browserPageEvents,
  type PageEvents,
  watchForSleep,
  watchPage,
} from '../../../src/client/runtime/surroundings.ts';
import { RuntimeClock } from '../../support/runtime-clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('the watch for sleep', () => {
  test('calls back once for each sleep that is long enough, within five seconds of the waking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            awake: fc.integer({ min: 5_000, max: 60_000 }),
            sleep: fc.integer({ min: 75_001, max: 10 ** 9 }),
          }),
          {
            maxLength: 5,
          },
        ),
        async (nights) => {
          const clock = new VirtualClock();
          let woken = 0;
          const stop = watchForSleep(clock, () => woken++);
          for (const [index, { awake, sleep }] of nights.entries()) {
            await clock.advance(awake);
            expect(woken).toBe(index);
            clock.jump(sleep);
            await clock.advance(5_000);
            expect(woken).toBe(index + 1);
          }
          stop();
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('takes no throttled timer of a hidden tab, and no clock that is set back, for sleep', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -(10 ** 9), max: 60_000 }), { maxLength: 8 }),
        async (jumps) => {
          const clock = new VirtualClock();
          let woken = 0;
          const stop = watchForSleep(clock, () => woken++);
          for (const jump of jumps) {
            clock.jump(jump);
            await clock.advance(5_000);
          }
          expect(woken).toBe(0);
          stop();
        },
      ),
      { numRuns: 30 },
    );
  });

  test('notices sleep by the monotonic time too, where that counts it and the wall clock was set back', async () => {
    const clock = new VirtualClock();
    let slept = 0;
    const own = { now: () => clock.now(), monotonic: () => clock.monotonic() + slept };
    const timers = { setTimeout: clock.setTimeout.bind(clock), clearTimeout: clock.clearTimeout.bind(clock) };
    let woken = 0;
    const stop = watchForSleep({ ...own, ...timers }, () => woken++);
    await clock.advance(20_000);
    slept = 3_600_000;
    clock.jump(-3_600_000);
    await clock.advance(20_000);
    stop();
    expect(woken).toBe(1);
  });

  test('goes on while the clock throws or gives no number', async () => {
    const clock = new VirtualClock();
    let read = () => clock.now();
    const own = { now: () => read(), monotonic: () => clock.monotonic() };
    const timers = { setTimeout: clock.setTimeout.bind(clock), clearTimeout: clock.clearTimeout.bind(clock) };
    let woken = 0;
    const stop = watchForSleep({ ...own, ...timers }, () => woken++);
    read = () => {
      throw new Error('mine');
    };
    await clock.advance(20_000);
    read = () => Number.NaN;
    await clock.advance(20_000);
    read = () => clock.now();
    await clock.advance(20_000);
    expect(woken).toBe(0);
    clock.jump(100_000);
    await clock.advance(5_000);
    stop();
    expect(woken).toBe(1);
  });

  test('reads the monotonic time often enough for one that is derived', async () => {
    const runtime = new RuntimeClock();
    const clock = steadyClock(runtime);
    const start = clock.monotonic();
    const stop = watchForSleep(clock, () => undefined);
    await runtime.time.advance(3_600_000);
    stop();
    expect(clock.monotonic() - start).toBe(3_600_000);
  });

  test('goes on after a callback that stops it and begins anew', async () => {
    const clock = new VirtualClock();
    let woken = 0;
    let stop = () => {};
    const begin = () => {
      stop = watchForSleep(clock, () => {
        woken++;
        stop();
        begin();
      });
    };
    begin();
    clock.jump(100_000);
    await clock.advance(5_000);
    expect([woken, clock.pending]).toEqual([1, 1]);
    stop();
    expect(clock.pending).toBe(0);
  });
});

afterEach(() => vi.unstubAllGlobals());

test('there is no news of the network where the runtime has none, as in Node', () => {
  expect(browserNetworkEvents()).toBe(undefined);
});

test('a browser tells of the network until it is told to stop', () => {
  const browser = new EventTarget();
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
  const news: boolean[] = [];
  const stop = browserNetworkEvents()?.((online) => news.push(online));
  for (const type of ['offline', 'online', 'offline']) browser.dispatchEvent(new Event(type));
  expect(news).toEqual([false, true, false]);
  stop?.();
  browser.dispatchEvent(new Event('online'));
  expect(news).toHaveLength(3);
});

test('there is no news of a page where there is none, as in Node and in workers', () => {
  expect(browserPageEvents()).toBe(undefined);
  const worker = new EventTarget();
  vi.stubGlobal('addEventListener', worker.addEventListener.bind(worker));
  vi.stubGlobal('removeEventListener', worker.removeEventListener.bind(worker));
  expect(browserPageEvents()).toBe(undefined);
  // React Native has no events here, and some test environments a document without any.
  vi.stubGlobal('document', {});
  expect(browserPageEvents()).toBe(undefined);
});

test('a page tells that it is hidden or frozen, and that it is back, until it is told to stop', () => {
  const [page, document] = [new EventTarget(), new EventTarget()];
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.stubGlobal('document', document);
  const news: boolean[] = [];
  const stop = browserPageEvents()?.((shown) => news.push(shown));
  const tell = () => {
    for (const type of ['pagehide', 'pageshow']) page.dispatchEvent(new Event(type));
    for (const type of ['freeze', 'resume']) document.dispatchEvent(new Event(type));
  };
  tell();
  expect(news).toEqual([false, true, false, true]);
  stop?.();
  tell();
  expect(news).toHaveLength(4);
});

describe('the watch of a page', () => {
  const source = () => {
    const listeners = new Set<(shown: boolean) => void>();
    const events: PageEvents = (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    const tell = (shown: boolean) => {
      for (const listener of listeners) listener(shown);
    };
    return { listeners, events, tell };
  };

  test('reports to its owner until it is stopped', () => {
    const { events, tell, listeners } = source();
    const owner: boolean[] = [];
    const stop = watchPage(events, owner, (news, shown) => news.push(shown));
    tell(false);
    tell(true);
    stop();
    expect([owner, listeners.size]).toEqual([[false, true], 0]);
  });

  test('does not keep its owner: it ends with the first event after the owner is gone', () => {
    let held: object | undefined = {};
    vi.stubGlobal(
      'WeakRef',
      class {
        deref = () => held;
      },
    );
    const { events, tell, listeners } = source();
    let told = 0;
    watchPage(events, held, () => told++);
    tell(false);
    held = undefined;
    tell(true);
    expect([told, listeners.size]).toEqual([1, 0]);
  });

  test('keeps its owner where the runtime has no weak references', () => {
    vi.stubGlobal('WeakRef', undefined);
    const { events, tell } = source();
    const owner: boolean[] = [];
    watchPage(events, owner, (news, shown) => news.push(shown));
    tell(false);
    expect(owner).toEqual([false]);
  });

  test.each<[string, PageEvents | undefined]>([
    ['that is missing', undefined],
    [
      'that throws',
      () => {
        throw new Error('mine');
      },
    ],
    [
      'that cannot be stopped',
      () => () => {
        throw new Error('mine');
      },
    ],
  ])('takes a source %s', (_, events) => {
    const stop = watchPage(events, {}, () => undefined);
    expect(stop).not.toThrow();
  });
});
