import { expect, test } from 'vitest';
import { openWindow, pollOf, subscriptionTo } from '../../support/origin-window.ts';

test.each([3_600_000, -3_600_000])(
  'a poll is held for its time when the wall clock jumps by %i ms',
  async (jump) => {
    const { clock, window } = await openWindow();
    let ended: string | undefined;
    const { outcome } = pollOf(window, {
      subscription: subscriptionTo(['a']),
      cursor: window.position,
      holdMs: 1_000,
    });
    const end = outcome.then(({ kind }) => {
      ended = kind;
    });
    clock.jump(jump);
    await clock.advance(999);
    expect(ended).toBe(undefined);
    await clock.advance(1);
    await end;
    expect(ended).toBe('timeout');
  },
);
