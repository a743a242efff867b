import type { Clock } from 'timetoken/core';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => globalThis.setTimeout(callback, milliseconds),
  // Only handles of `setTimeout` above come here.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
};

/** Random numbers of the machine: uniform in [0, 1), and unpredictable. */
export const systemRandom = (): number => {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
};
