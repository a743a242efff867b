import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AsyncQueue, type Overflow } from '../../../src/client/runtime/async-queue.ts';
import { settle } from '../../support/virtual-clock.ts';

const END = 'the end';

type Step = 'push' | 'next' | 'end' | 'return' | 'drain';
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Step>('push') },
    { weight: 5, arbitrary: fc.constant<Step>('next') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('end', 'return', 'drain') },
  ),
  { maxLength: 60, size: 'max' },
);

// What the queue is to do, in the plainest words.
class Model {
  readonly limit: number;
  readonly overflow: Overflow;
  values: number[] = [];
  waiting = 0;
  ended = false;
  readonly yielded: unknown[] = [];

  constructor(limit: number, overflow: Overflow) {
    this.limit = limit;
    this.overflow = overflow;
  }

  get full(): boolean {
    return this.overflow === 'pause' && !this.ended && this.values.length >= this.limit;
  }

  run(step: Step, value: number): void {
    if (step === 'push') this.#push(value);
    else if (step === 'next') this.#next();
    else if (step === 'drain') this.values = [];
    else this.#end(step === 'return');
  }

  #push(value: number): void {
    if (this.ended) return;
    if (this.waiting > 0) {
      this.waiting--;
      this.yielded.push(value);
      return;
    }
    this.values.push(value);
    if (this.overflow === 'drop-oldest' && this.values.length > this.limit) this.values.shift();
  }

  #next(): void {
    const value = this.values.shift();
    if (value !== undefined) this.yielded.push(value);
    else if (this.ended) this.yielded.push(END);
    else this.waiting++;
  }

  #end(left: boolean): void {
    if (left) this.values = [];
    for (; this.waiting > 0; this.waiting--) this.yielded.push(END);
    this.ended = true;
  }
}

describe('the queue behind messages()', () => {
  test.each(['pause', 'drop-oldest'] as const)(
    'yields what is pushed, each value once and in order (%s)',
    async (overflow) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (limit, script) => {
          const queue = new AsyncQueue<number>(limit, overflow);
          const model = new Model(limit, overflow);
          const yielded: unknown[] = [];
          for (const [value, step] of script.entries()) {
            model.run(step, value);
            if (step === 'push') queue.push(value);
            if (step === 'end') queue.end();
            if (step === 'drain') queue.drain();
            if (step === 'return') void queue.return();
            if (step === 'next')
              void queue.next().then(({ done, value: got }) => yielded.push(done ? END : got));
            expect([queue.size, queue.full, queue.ended]).toEqual([
              model.values.length,
              model.full,
              model.ended,
            ]);
          }
          await settle(1);
          expect(yielded).toEqual(model.yielded);
        }),
        { numRuns: 200 },
      );
    },
  );

  test('drains what waits, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 300, size: 'max' }),
        fc.nat({ max: 300 }),
        (values, taken) => {
          const queue = new AsyncQueue<number>(1_000, 'pause');
          for (const value of values) queue.push(value);
          for (let count = 0; count < Math.min(taken, values.length); count++) void queue.next();
          expect(queue.drain()).toEqual(values.slice(taken));
          expect(queue.size).toBe(0);
        },
      ),
    );
  });

  test('says when there is room again, and when it has ended; each once', async () => {
    let changes = 0;
    const queue = new AsyncQueue<number>(2, 'pause', () => changes++);
    for (const value of [1, 2, 3]) queue.push(value);
    await queue.next();
    expect(changes).toBe(0);
    await queue.next();
    expect(changes).toBe(1);
    await queue.next();
    expect(changes).toBe(1);
    queue.end();
    queue.end();
    await queue.return();
    expect(changes).toBe(2);
  });

  test('ends a loop over it, and frees all who wait', async () => {
    const queue = new AsyncQueue<number>(10, 'pause');
    const readers = [queue.next(), queue.next()];
    const all: number[] = [];
    const loop = (async () => {
      for await (const value of queue) all.push(value);
    })();
    queue.push(1);
    queue.end();
    await loop;
    expect(await Promise.all(readers)).toEqual([
      { value: 1, done: false },
      { value: undefined, done: true },
    ]);
    expect(all).toEqual([]);
  });

  test('forgets what is left when a loop over it is left', async () => {
    const queue = new AsyncQueue<number>(10, 'pause');
    for (const value of [1, 2, 3]) queue.push(value);
    for await (const value of queue) {
      expect(value).toBe(1);
      break;
    }
    queue.push(4);
    expect(queue.size).toBe(0);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });
});

test.each([0, -1, Number.NaN])(
  'a buffer of %s could hold nothing up but everything, and is refused',
  (limit) => {
    expect(() => new AsyncQueue(limit, 'pause')).toThrow(expect.objectContaining({ code: 'PN-1002' }));
  },
);
