import { describe, expect, it } from 'vitest';
import { endedByBoth } from '../../../src/client/runtime/signals.ts';

/** A signal of a polyfill: no `AbortSignal`, but it does what one does. */
function polyfilled() {
  const listeners = new Set<() => void>();
  const signal = {
    ...{ aborted: false, reason: undefined as unknown },
    addEventListener: (_name: string, listener: () => void) => void listeners.add(listener),
    removeEventListener: (_name: string, listener: () => void) => void listeners.delete(listener),
  };
  const abort = (reason: unknown) => {
    Object.assign(signal, { aborted: true, reason });
    for (const listener of listeners) listener();
  };
  // It is used as one, and by nothing but the members above.
  return { signal: signal as unknown as AbortSignal, abort, listeners };
}

const whenAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason));
  });

describe('work that two signals end', () => {
  it.each(['one', 'other'] as const)('ends with %s of them, and keeps no listener', async (which) => {
    const both = { one: polyfilled(), other: polyfilled() };
    const work = endedByBoth(both.one.signal, both.other.signal, whenAborted);
    both[which].abort('enough');
    expect(await work).toBe('enough');
    expect([both.one.listeners.size, both.other.listeners.size]).toEqual([0, 0]);
  });

  it.each(['one', 'other'] as const)('that has aborted before begins aborted: %s', async (which) => {
    const both = { one: polyfilled(), other: polyfilled() };
    both[which].abort('long ago');
    expect(await endedByBoth(both.one.signal, both.other.signal, whenAborted)).toBe('long ago');
  });

  it('keeps no listener when it fails', async () => {
    const [one, other] = [polyfilled(), polyfilled()];
    const work = endedByBoth(one.signal, other.signal, () => Promise.reject(new Error('failed')));
    await expect(work).rejects.toThrow('failed');
    expect([one.listeners.size, other.listeners.size]).toEqual([0, 0]);
  });
});
