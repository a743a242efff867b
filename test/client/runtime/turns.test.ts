import { describe, expect, test } from 'vitest';
import { Turns } from '../../../src/client/runtime/turns.ts';
import { settle } from '../../support/virtual-clock.ts';

const NEVER = new AbortController().signal;

/** Work that ends when the test says so. */
function workOf(turns: Turns, names: string) {
  const running: string[] = [];
  const ends = new Map<string, (how?: Error) => void>();
  const results = [...names].map((name) =>
    turns.run(NEVER, () => {
      running.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    }),
  );
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await settle(1);
  };
  return { running, results, end };
}

describe('turns', () => {
  test('let so many pieces of work run, and the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const { running, results, end } = workOf(turns, 'abcde');
    await settle(1);
    expect(running.join('')).toBe('ab');
    await end('b');
    expect(running.join('')).toBe('abc');
    await end('a');
    await end('c');
    expect(running.join('')).toBe('abcde');
    await end('d');
    await end('e');
    expect(await Promise.all(results)).toEqual([...'abcde']);
  });

  test('go on after work that fails', async () => {
    const turns = new Turns(1);
    const { running, results, end } = workOf(turns, 'ab');
    const failed = expect(results[0]).rejects.toThrow('broken');
    await settle(1);
    await end('a', new Error('broken'));
    await failed;
    expect(running.join('')).toBe('ab');
    await end('b');
    await expect(results[1]).resolves.toBe('b');
  });

  test('are not taken by who is aborted while waiting, nor before', async () => {
    const turns = new Turns(1);
    const { running, end } = workOf(turns, 'a');
    const controller = new AbortController();
    let ran = 0;
    const work = async () => void ran++;
    const waiting = turns.run(controller.signal, work);
    const next = workOf(turns, 'b');
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(turns.run(controller.signal, work)).rejects.toBe('enough');
    await end('a');
    expect([running.join(''), next.running.join(''), ran]).toEqual(['a', 'b', 0]);
    await next.end('b');
    await turns.run(NEVER, work);
    expect(ran).toBe(1);
  });

  test('go to the lowest rank when one is free, and among these to who came first', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const { end } = workOf(turns, 'a');
    let rank = 2;
    const join = (name: string, rankOf?: () => number) =>
      turns.run(NEVER, async () => void order.push(name), rankOf);
    const all = [join('last', () => 1), join('first'), join('second'), join('zeroth', () => rank)];
    await settle(1);
    // It counts when a turn is given away.
    rank = -1;
    expect(order).toEqual([]);
    await end('a');
    await Promise.all(all);
    expect(order).toEqual(['zeroth', 'first', 'second', 'last']);
  });
});
