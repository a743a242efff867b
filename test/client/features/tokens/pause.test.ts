import { expect, test } from 'vitest';
import { Pause } from '../../../../src/client/features/tokens/pause.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function pause(longest = 60_000) {
  const clock = new VirtualClock();
  return { clock, pause: new Pause(longest, { clock, random: () => 1 - 2 ** -53 }) };
}

test('a pause grows up to its longest, and is short again when something has helped', async () => {
  const { clock, pause: it } = pause(10_000);
  expect(it.holds).toBe(false);
  for (const length of [2_000, 4_000, 8_000, 10_000, 10_000]) {
    it.begin();
    await clock.advance(length - 1);
    expect(it.holds).toBe(true);
    await clock.advance(1);
    expect(it.holds).toBe(false);
  }
  it.begin();
  it.end();
  expect(it.holds).toBe(false);
  it.begin();
  await clock.advance(2_000);
  expect(it.holds).toBe(false);
});

test.each([-3_600_000, 3_600_000, -86_400_000])(
  'a pause is as long as it is when the wall clock is set by %i ms',
  async (jump) => {
    const { clock, pause: it } = pause();
    it.begin();
    clock.jump(jump);
    await clock.advance(1_999);
    expect(it.holds).toBe(true);
    await clock.advance(1);
    expect(it.holds).toBe(false);
  },
);
