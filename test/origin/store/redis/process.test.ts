import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startRedis } from '../../../support/redis-server.ts';
import { forTest, hasRedis } from '../../../support/redis-store.ts';

const ENTRY = new URL('../../../../src/origin/redis.ts', import.meta.url).href;

/** A program that follows a log, and closes its store when it is told to. */
const PROGRAM = `
  import { redisStore } from ${JSON.stringify(ENTRY)};
  const store = redisStore({ url: process.argv[1] });
  const { log } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  // On a machine that is busy the first call may take too long.
  while (!(await log.fence().catch(() => undefined)));
  await log.tail({ onEntry: () => undefined, onState: () => undefined });
  const pending = [];
  process.stdin.once('data', async () => {
    process.stdin.destroy();
    for (let call = 0; call < 10; call++) pending.push(log.fence().catch(({ name }) => name));
    await store.close();
    for (const name of await Promise.all(pending)) console.log(name);
  });
  console.log('ready');
`;

describe.skipIf(!(await hasRedis()))('a process that closes its store ends by itself', () => {
  test.each([
    ['while Redis is there', undefined],
    ['while Redis is frozen', 'SIGSTOP'],
    ['after Redis has gone', 'SIGKILL'],
  ] as const)('%s', async (_, signal) => {
    const server = await forTest(startRedis());
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, server.url], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text) => output.push(String(text)));
    await once(child.stdout, 'data');
    if (signal) await server.signal(signal);
    const exited = once(child, 'exit');
    child.stdin.write('close\n');
    // Not ended by a signal, and without an unhandled rejection.
    expect(await exited).toEqual([0, null]);
    expect(output.join('').split('\n').slice(1, -1)).toEqual(Array(10).fill('StoreUnavailable'));
  });
});
