import { describe, expect, test } from 'vitest';
import { pauseFor } from '../../../src/client/runtime/pause-for.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('a pause', () => {
  test('lasts so long, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    let over = false;
    const pause = pauseFor(clock, 500, new AbortController().signal).then(() => {
      over = true;
    });
    await clock.advance(499);
    expect(over).toBe(false);
    await clock.advance(1);
    await pause;
    expect([over, clock.pending]).toEqual([true, 0]);
  });

  test('ends at once with the signal, with its reason, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const pause = pauseFor(clock, 500, controller.signal);
    controller.abort('enough');
    await expect(pause).rejects.toBe('enough');
    expect(clock.pending).toBe(0);
  });

  test('does not begin after the signal', async () => {
    const clock = new VirtualClock();
    await expect(pauseFor(clock, 500, AbortSignal.abort('before'))).rejects.toBe('before');
    expect(clock.pending).toBe(0);
  });

  test('that has ended does not mind the signal', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const pause = pauseFor(clock, 500, controller.signal);
    await clock.advance(500);
    controller.abort();
    await expect(pause).resolves.toBe(undefined);
  });
});
