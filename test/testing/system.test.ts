import { expect, it } from 'vitest';
import { afterRealTime, settle } from '../../src/testing/system.ts';

it('patience is not used up by a machine that stood still', async () => {
  let over = false;
  const cancel = afterRealTime(1_000, () => {
    over = true;
  });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
  await settle();
  expect(over).toBe(false);
  cancel();
});

it('patience comes to its end', async () => {
  const begun = performance.now();
  await new Promise<void>((resolve) => void afterRealTime(120, resolve));
  expect(performance.now() - begun).toBeGreaterThan(100);
});
