import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PubNubError } from '../../../src/client/errors/pubnub-error.ts';
import { AsyncQueue, type Overflow } from '../../../src/client/runtime/async-queue.ts';
import { hangs, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const END = 'the end';
const FAILURE = new Error('a failure');
const OVERFLOWS: readonly Overflow[] = ['pause', 'drop-oldest', 'drop-newest', 'error'];
/** Bytes that may wait; a value has as many as its place in the script, up to six. */
const MOST_BYTES = 16;
const sizeOf = (value: number) => value % 7;

type Step = 'push' | 'next' | 'end' | 'fail' | 'return' | 'drain';
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Step>('push') },
    { weight: 5, arbitrary: fc.constant<Step>('next') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('end', 'fail', 'return', 'drain') },
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
  failing: unknown;
  readonly yielded: unknown[] = [];

  constructor(limit: number, overflow: Overflow) {
    this.limit = limit;
    this.overflow = overflow;
  }

  get full(): boolean {
    return (
      this.overflow === 'pause' && !this.ended && (this.#isLong(this.values) || this.#bytes >= MOST_BYTES)
    );
  }

  get #bytes(): number {
    return this.values.reduce((sum, value) => sum + sizeOf(value), 0);
  }

  run(step: Step, value: number): void {
    if (step === 'push') this.#push(value);
    else if (step === 'next') this.#next();
    else if (step === 'drain') this.values = [];
    else if (step === 'fail') this.#end(FAILURE);
    else this.#end();
    if (step === 'return') [this.values, this.failing] = [[], undefined];
  }

  #push(value: number): void {
    if (this.ended) return;
    if (this.waiting > 0) {
      this.waiting--;
      this.yielded.push(value);
      return;
    }
    if (this.overflow === 'drop-oldest') while (!this.#fits(value)) this.values.shift();
    if (this.overflow === 'pause' || this.#fits(value)) this.values.push(value);
    else if (this.overflow === 'error') this.#end('PN-2007');
  }

  #next(): void {
    const value = this.values.shift();
    if (value !== undefined) this.yielded.push(value);
    else if (this.failing !== undefined) [this.failing] = [undefined, this.yielded.push(this.failing)];
    else if (this.ended) this.yielded.push(END);
    else this.waiting++;
  }

  #end(failure?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (failure !== undefined && this.waiting === 0) this.failing = failure;
    for (let first = true; this.waiting > 0; this.waiting--, first = false)
      this.yielded.push(first && failure !== undefined ? failure : END);
  }

  #fits(value: number): boolean {
    if (this.values.length === 0) return true;
    return !this.#isLong(this.values) && this.#bytes + sizeOf(value) <= MOST_BYTES;
  }

  #isLong({ length }: readonly number[]): boolean {
    return length >= this.limit;
  }
}

interface Taken {
  readonly value: number;
  readonly yielded: unknown[];
}

function take(queue: AsyncQueue<number>, step: Step, { value, yielded }: Taken): void {
  if (step === 'push') queue.push(value, sizeOf(value));
  if (step === 'end') queue.end();
  if (step === 'fail') queue.fail(FAILURE);
  if (step === 'drain') queue.drain();
  if (step === 'return') void queue.return();
  if (step !== 'next') return;
  queue.next().then(
    ({ done, value: got }) => yielded.push(done ? END : got),
    (error: unknown) => yielded.push(PubNubError.is(error) ? error.code : error),
  );
}

describe('the queue behind messages()', () => {
  test.each(OVERFLOWS)(
    'yields what is pushed, each value once and in order, and an error once (%s)',
    async (overflow) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (limit, script) => {
          const queue = new AsyncQueue<number>(limit, overflow, { maxBytes: MOST_BYTES });
          const model = new Model(limit, overflow);
          const yielded: unknown[] = [];
          for (const [value, step] of script.entries()) {
            model.run(step, value);
            take(queue, step, { value, yielded });
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
    const queue = new AsyncQueue<number>(2, 'pause', { onChange: () => changes++ });
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

test('a buffer may be as large as it gets', () => {
  expect(new AsyncQueue(Number.POSITIVE_INFINITY, 'pause').full).toBe(false);
});

test('a wrong buffer or overflow of messages() is refused at once, in words', () => {
  const { pubnub } = scriptedClient([hangs]);
  const subscription = pubnub.subscribe().channels('a').execute();
  const messages = (options: unknown) => () => Reflect.apply(subscription.messages, subscription, [options]);
  expect(messages({ overflow: 'bogus' })).toThrow(
    'messages: the option "overflow" must be one of pause, drop-oldest, drop-newest, error',
  );
  for (const buffer of [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])
    expect(messages({ buffer })).toThrow('messages: the option "buffer" must be a whole number, one or more');
});
