import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { watchForSleep } from '../../../src/client/runtime/wake-watch.ts';
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
