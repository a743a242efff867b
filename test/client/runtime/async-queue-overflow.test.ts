import { describe, expect, test } from 'vitest';
import { PubNubError } from '../../../src/client/errors/pubnub-error.ts';
import { AsyncQueue, type Overflow, type QueueOptions } from '../../../src/client/runtime/async-queue.ts';

const DONE = { value: undefined, done: true };
const given = (value: unknown) => ({ value, done: false });
const FAILURE = new PubNubError('PN-2001', 'No connection.');

function filled(overflow: Overflow, values: readonly number[], options?: QueueOptions<number>) {
  const queue = new AsyncQueue<number>(2, overflow, options);
  for (const value of values) queue.push(value);
  return queue;
}

describe('a full buffer', () => {
  test('takes nothing newer with drop-newest, until there is room again', async () => {
    const queue = filled('drop-newest', [1, 2, 3, 4]);
    expect(queue.full).toBe(false);
    expect(await queue.next()).toEqual(given(1));
    queue.push(5);
    queue.push(6);
    queue.end();
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([given(2), given(5), DONE]);
  });

  test('ends with error: what it has is given, then the error, once, and then the end', async () => {
    let changes = 0;
    const queue = filled('error', [1, 2], { onChange: () => changes++ });
    expect([queue.ended, queue.full]).toEqual([false, false]);
    queue.push(3);
    expect([queue.ended, changes]).toEqual([true, 1]);
    queue.push(4);
    expect([await queue.next(), await queue.next()]).toEqual([given(1), given(2)]);
    await expect(queue.next()).rejects.toMatchObject({
      code: 'PN-2007',
      category: 'PNUnknownCategory',
      message: expect.stringContaining('the reader was too slow: 2 messages waited'),
    });
    expect([await queue.next(), changes]).toEqual([DONE, 1]);
  });

  test('throws out of a loop that is too slow', async () => {
    const queue = filled('error', [1, 2]);
    const got: number[] = [];
    const loop = async () => {
      for await (const value of queue) {
        got.push(value);
        for (const next of [10, 20, 30]) queue.push(value + next);
      }
    };
    await expect(loop()).rejects.toMatchObject({ code: 'PN-2007' });
    expect(got).toEqual([1, 2, 11]);
  });

  test('of a reader that keeps pace is none', async () => {
    const queue = new AsyncQueue<number>(1, 'error');
    for (let value = 0; value < 100; value++) {
      const next = queue.next();
      queue.push(value);
      expect(await next).toEqual(given(value));
    }
  });
});

describe('a queue that fails', () => {
  test('rejects one of those who wait; the others, and who asks later, get the end', async () => {
    const queue = new AsyncQueue<number>(10, 'pause');
    const readers = [queue.next(), queue.next(), queue.next()];
    const first = expect(readers[0]).rejects.toBe(FAILURE);
    queue.fail(FAILURE);
    await first;
    expect([await readers[1], await readers[2], await queue.next()]).toEqual([DONE, DONE, DONE]);
  });

  test.each(['pause', 'drop-oldest', 'drop-newest', 'error'] as const)(
    'gives what it has first (%s)',
    async (overflow) => {
      const queue = filled(overflow, [1, 2]);
      queue.fail(FAILURE);
      queue.fail(new Error('another'));
      queue.end();
      queue.push(3);
      expect([await queue.next(), await queue.next()]).toEqual([given(1), given(2)]);
      await expect(queue.next()).rejects.toBe(FAILURE);
      expect(await queue.next()).toEqual(DONE);
    },
  );

  test('after its end is still one that has ended', async () => {
    const queue = filled('pause', []);
    queue.end();
    queue.fail(FAILURE);
    expect(await queue.next()).toEqual(DONE);
  });

  test('and is left by its reader tells nobody of it any more', async () => {
    const queue = filled('pause', [1]);
    queue.fail(FAILURE);
    expect(await queue.return()).toEqual(DONE);
    expect(await queue.next()).toEqual(DONE);
  });
});

describe('the bytes of what waits', () => {
  const options = { maxBytes: 100 };

  test('make it full, as its values do', async () => {
    let changes = 0;
    const queue = new AsyncQueue<string>(1_000, 'pause', { ...options, onChange: () => changes++ });
    queue.push('a', 60);
    expect(queue.full).toBe(false);
    queue.push('b', 60);
    expect(queue.full).toBe(true);
    await queue.next();
    expect([queue.full, changes]).toEqual([false, 1]);
    queue.push('c', 40);
    expect(queue.full).toBe(true);
    queue.drain();
    expect(queue.full).toBe(false);
  });

  test.each<readonly [Overflow, readonly string[]]>([
    ['drop-oldest', ['c', 'd']],
    ['drop-newest', ['a', 'd']],
    ['pause', ['a', 'b', 'c', 'd']],
  ])('are bounded (%s)', (overflow, left) => {
    const queue = new AsyncQueue<string>(1_000, overflow, options);
    queue.push('a', 60);
    queue.push('b', 50);
    queue.push('c', 60);
    queue.push('d', 40);
    expect(queue.drain()).toEqual(left);
  });

  test('end it with error, which tells how many there were', async () => {
    const queue = new AsyncQueue<string>(1_000, 'error', options);
    queue.push('a', 60);
    queue.push('b', 50);
    await queue.next();
    await expect(queue.next()).rejects.toThrow('1 messages, of 60 bytes, waited');
  });

  test.each(['pause', 'drop-oldest', 'drop-newest', 'error'] as const)(
    'keep no value out that is larger than the bound, when nothing else waits (%s)',
    async (overflow) => {
      const queue = new AsyncQueue<string>(1_000, overflow, options);
      queue.push('large', 1_000);
      expect(await queue.next()).toEqual(given('large'));
      expect([queue.full, queue.ended]).toEqual([false, false]);
    },
  );

  test('may be 16 MiB where nothing else is said, and are not counted where they are not told', () => {
    const queue = new AsyncQueue<string>(1_000, 'pause');
    for (let count = 0; count < 999; count++) queue.push('untold');
    queue.push('large', 16 * 1024 * 1024 - 1);
    queue.drain();
    queue.push('large', 16 * 1024 * 1024 - 1);
    expect(queue.full).toBe(false);
    queue.push('small', 1);
    expect(queue.full).toBe(true);
  });
});

describe('how long a reader has kept the source waiting', () => {
  function timed(overflow: Overflow) {
    const clock = { time: 0 };
    return { clock, queue: new AsyncQueue<number>(2, overflow, { now: () => clock.time }) };
  }

  test('is told from the push that filled the queue', () => {
    const { queue, clock } = timed('pause');
    clock.time = 10;
    queue.push(1);
    expect(queue.fullSince).toBe(undefined);
    clock.time = 20;
    queue.push(2);
    clock.time = 30;
    queue.push(3);
    expect(queue.fullSince).toBe(20);
  });

  test('begins anew when something is read, and ends when there is room', async () => {
    const { queue, clock } = timed('pause');
    for (const value of [1, 2, 3]) queue.push(value);
    clock.time = 50;
    await queue.next();
    expect(queue.fullSince).toBe(50);
    clock.time = 60;
    await queue.next();
    expect(queue.fullSince).toBe(undefined);
    queue.push(4);
    expect(queue.fullSince).toBe(60);
  });

  test.each<readonly [string, (queue: AsyncQueue<number>) => unknown]>([
    ['it ends', (queue) => queue.end()],
    ['it fails', (queue) => queue.fail(FAILURE)],
    ['its reader leaves', (queue) => queue.return()],
    ['all is taken', (queue) => queue.drain()],
  ])('is nothing when %s', (_, end) => {
    const { queue } = timed('pause');
    for (const value of [1, 2]) queue.push(value);
    expect(queue.fullSince).toBe(0);
    end(queue);
    expect(queue.fullSince).toBe(undefined);
  });

  test('is nothing where nobody waits for it', () => {
    for (const overflow of ['drop-oldest', 'drop-newest', 'error'] as const) {
      const { queue } = timed(overflow);
      for (const value of [1, 2, 3]) queue.push(value);
      expect(queue.fullSince).toBe(undefined);
    }
  });
});
