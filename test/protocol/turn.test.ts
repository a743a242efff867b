import { afterEach, describe, expect, it, vi } from 'vitest';

const { setImmediate: immediately } = globalThis;

// The module takes hold of what there is when it is loaded.
async function turnOf(...missing: readonly string[]): Promise<() => Promise<void>> {
  for (const name of missing) vi.stubGlobal(name, undefined);
  vi.resetModules();
  return (await import('../../src/protocol/turn.ts')).turn;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a turn of the event loop', () => {
  it.each([[[]], [['setImmediate']]])('lets others have their turn, also without %j', async (missing) => {
    const turn = await turnOf(...missing);
    let turns = 0;
    const count = () => {
      turns++;
      if (turns < 1_000) immediately(count);
    };
    immediately(count);
    for (let pages = 0; pages < 5; pages++) await turn();
    expect(turns).toBeGreaterThan(0);
    turns = 1_000;
  });

  it('is that of the scheduler where the messages of channels come before anything else', async () => {
    const waits: number[] = [];
    const wait = async (milliseconds: number) => void waits.push(milliseconds);
    vi.stubGlobal('scheduler', { wait });
    const turn = await turnOf('setImmediate');
    await turn();
    expect(waits).toEqual([0]);
  });

  it('comes where there is nothing to wait with', async () => {
    const turn = await turnOf('setImmediate', 'MessageChannel');
    await expect(turn()).resolves.toBeUndefined();
  });

  it('is not held up by fake timers', async () => {
    const turn = await turnOf();
    vi.useFakeTimers();
    await expect(turn()).resolves.toBeUndefined();
  });
});
