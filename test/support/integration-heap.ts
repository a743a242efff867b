import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock, TimerHandle } from '../../src/protocol/clock.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after the garbage is gone. */
export async function heapInUse(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Bytes of all buffers after the garbage is gone. */
export async function arrayBuffers(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** What nobody holds any more is gone, and its finalizers have run. */
export async function collectGarbage(): Promise<void> {
  // What finalizers and settled promises let go is garbage of the next round.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** By how much values at equal distances grow from one to the next, on the average (least squares). */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let over = 0;
  let under = 0;
  for (const [index, value] of values.entries()) {
    over += (index - middle) * (value - mean);
    under += (index - middle) ** 2;
  }
  return over / under;
}

/** The machine's clock, counting the timers that are pending. */
export class CountingClock implements Clock {
  readonly #pending = new Set<TimerHandle>();
  readonly #watchers = new Set<() => void>();

  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return Date.now();
  }

  setTimeout(callback: () => void, milliseconds: number): TimerHandle {
    const timer = globalThis.setTimeout(() => {
      this.#pending.delete(timer);
      this.#changed();
      callback();
    }, milliseconds);
    this.#pending.add(timer);
    this.#changed();
    return timer;
  }

  clearTimeout(timer: TimerHandle): void {
    this.#pending.delete(timer);
    globalThis.clearTimeout(timer as NodeJS.Timeout);
    this.#changed();
  }

  /** Resolves as soon as so many timers are pending. */
  whenPending(count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.pending !== count) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
