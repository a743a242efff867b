import { expect, test } from 'vitest';
import { createOrigin } from '../../src/origin/index.ts';
import { resolveLimits } from '../../src/origin/limits.ts';

test('limits have the protocol’s defaults', () => {
  expect(createOrigin().limits).toMatchObject({
    holdSeconds: 280,
    messageBytes: 32_768,
    signalBytes: 64,
    queueLength: 100,
    presenceSeconds: 300,
    announceMax: 20,
    announceSeconds: 10,
  });
});

test.each([
  [{ holdSeconds: -1 }, /limits.holdSeconds must be a number of zero or more/],
  [{ holdSeconds: Number.NaN }, /limits.holdSeconds/],
  [{ holdSeconds: Number.POSITIVE_INFINITY }, /at most 86400/],
  [{ hold: 1 }, /limits.hold is not a limit/],
  [{ names: '5' }, /limits.names must be a number/],
  [{ names: {} }, /limits.names must be .*, not an object\.$/],
  [{ names: [] }, /limits.names must be .*, not a list\.$/],
  [{ names: null }, /limits.names must be .*, not null\.$/],
])('%j is refused when the origin is made', (limits, message) => {
  expect(() => createOrigin({ limits: limits as never })).toThrow(message);
});

test('what a process may hold is in proportion to its heap, below 4 GiB, unless it is given', () => {
  const ofProcess = (heapBytes: number) => {
    const { subscribeKeys, processEntries, processBytes, leases } = resolveLimits({}, { heapBytes });
    return [subscribeKeys, processEntries, processBytes, leases];
  };
  const whole = [10_000, 1_000_000, 1024 ** 3, 100_000];
  expect(ofProcess(Number.POSITIVE_INFINITY)).toEqual(whole);
  expect(ofProcess(4 * 1024 ** 3)).toEqual(whole);
  expect(ofProcess(512 * 1024 ** 2)).toEqual([1_250, 125_000, 128 * 1024 ** 2, 100_000]);
  expect(resolveLimits({ processBytes: 5 }, { heapBytes: 1 }).processBytes).toBe(5);
});

test('what is undefined keeps its default', () => {
  expect(createOrigin({ limits: { names: undefined } as never }).limits.names).toBe(2_000);
});

test('keys that could not be served are refused when the origin is made', () => {
  expect(() => createOrigin({ keysets: [{ subscribeKey: 'a b' }] })).toThrow(TypeError);
  expect(() => createOrigin({ keysets: [{ subscribeKey: 'a', publishKey: '' }] })).toThrow(TypeError);
});
