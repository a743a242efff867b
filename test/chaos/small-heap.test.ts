import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Flood } from '../support/small-heap-origin.ts';

const CHILD = fileURLToPath(new URL('../support/small-heap-origin.ts', import.meta.url));
const HEAP_MIB = 128;

// Answers that say that there is no room are as good as others: the process goes on.
test.each<[Flood, readonly number[]]>([
  ['publishes to keys that nobody knows', [200]],
  ['short messages on many channels', [200]],
  ['long messages', [200]],
  ['presences of users', [200, 503]],
  ['states of users', [200, 503]],
  ['users of App Context', [200, 400]],
])(
  '%s do not end a process with a small heap, without any limit set',
  async (flood, statuses) => {
    const child = fork(CHILD, [flood], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      // What a process writes that runs out of memory.
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    });
    const answered = once(child, 'message').then(([list]) => list);
    const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
    expect(await Promise.race([answered, ended])).toEqual(statuses);
    expect(await ended).toBe(0);
  },
  120_000,
);
