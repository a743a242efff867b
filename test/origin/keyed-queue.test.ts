import { expect, test } from 'vitest';
import { KeyedQueue } from '../../src/origin/keyed-queue.ts';
import { settle } from '../support/virtual-clock.ts';

test('tasks of one key follow each other, and those of others do not wait', async () => {
  const queue = new KeyedQueue();
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const task = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.push(resolve));
    log.push(`${name} ends`);
    return name;
  };
  const all = [queue.run('a', task('a1')), queue.run('a', task('a2')), queue.run('b', task('b1'))];
  await settle();
  expect(log).toEqual(['a1 begins', 'b1 begins']);
  ends[0]?.();
  await settle();
  expect(log).toEqual(['a1 begins', 'b1 begins', 'a1 ends', 'a2 begins']);
  for (const end of ends) end();
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1']);
  expect(queue.size).toBe(0);
});

test('a task that fails does not stop the next, and leaves nothing behind', async () => {
  const queue = new KeyedQueue();
  const failing = queue.run('a', () => Promise.reject(new Error('no')));
  const next = queue.run('a', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
  expect(queue.size).toBe(0);
});
