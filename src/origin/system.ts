import type { Clock } from '../protocol/clock.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // What was due while the machine slept is due now; Node warns of a time below zero.
  setTimeout: (callback, milliseconds) => globalThis.setTimeout(callback, Math.max(0, milliseconds)),
  // Only handles of `setTimeout` above come here.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
};

const WORDS = 2 ** 32;

/** The random numbers of the machine: uniform in [0, 1), 32 bits each, and unpredictable. */
export const systemRandom = (): number => {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / WORDS;
};

// Read here, before a test can replace them by fake timers: no request waits for a clock that stands still.
const { setImmediate: machineImmediate, MessageChannel: MachineChannel } = globalThis;

/**
 * The next turn of the machine's event loop. Not a timer: those wait at least a millisecond, and stand still on the clock
 * of a test.
 */
export const systemTurn = (): Promise<void> => {
  if (typeof machineImmediate === 'function') return new Promise((resolve) => machineImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MachineChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
};

/** The bytes that the heap of this process may hold: infinite where the runtime does not tell. */
export function systemHeapBytes(): number {
  const v8 = globalThis.process?.getBuiltinModule?.('node:v8');
  // Runtimes that are not Node may have the module without an answer in it.
  const bytes = v8?.getHeapStatistics?.().heap_size_limit ?? 0;
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}
