import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Child, timetoken } from './child.ts';

async function serve() {
  const server = timetoken(['serve', '--port', '0', '--json']);
  await server.until('stdout', '\n');
  const { url }: { readonly url: string } = JSON.parse(server.stdout.split('\n')[0] ?? '');
  return { server, env: { TIMETOKEN_ORIGIN: url } };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sends so many requests, a hundred at a time, and reads the answers. */
async function flood(url: string, hundreds: number) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  const batch = `GET /time/0 HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(100);
  const status = 'HTTP/1.1 200';
  let answers = 0;
  let rest = '';
  for (let count = 1; count <= hundreds; count++) {
    socket.write(batch);
    while (answers < 100 * count) {
      const [text]: unknown[] = await once(socket, 'data');
      answers += `${rest}${text}`.split(status).length - 1;
      // A status may come in two pieces.
      rest = `${rest}${text}`.slice(1 - status.length);
    }
  }
  socket.destroy();
}

describe('the built command', () => {
  test('a log that nobody reads is bounded, and does not keep a server from ending', async () => {
    const { server, env } = await serve();
    server.process.stdout.pause();
    // About 2 MB of lines.
    await flood(env.TIMETOKEN_ORIGIN, 200);
    server.process.stdout.resume();
    await server.until('stdout', `"status":200}\n`);
    await flood(env.TIMETOKEN_ORIGIN, 1);
    await server.until('stdout', '"type":"dropped"');
    server.process.stdout.pause();
    await flood(env.TIMETOKEN_ORIGIN, 30);
    const exited = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a server with success, parked polls and all',
    async (signal) => {
      const { server, env } = await serve();
      const subscriber = timetoken(['subscribe', 'room'], env);
      await subscriber.until('stderr', 'connected');
      server.process.kill(signal);
      expect({ code: await server.ended, stderr: server.stderr }).toEqual({ code: 0, stderr: '' });
      // The subscriber lives on, and ends when it is told to, with or without a server.
      await subscriber.until('stderr', 'connection lost');
      subscriber.process.kill(signal);
      expect(await subscriber.ended).toBe(0);
    },
  );

  test('Ctrl-C makes a subscriber leave, and its process ends by itself', async () => {
    const { env } = await serve();
    const watcher = timetoken(['subscribe', 'room', '--presence', '--user-id', 'watcher'], env);
    await watcher.until('stdout', 'watcher joined');
    const guest = timetoken(['subscribe', 'room', '--user-id', 'guest'], env);
    await watcher.until('stdout', 'guest joined');
    // Others may hear of it before the guest has the answer.
    await guest.until('stderr', 'connected to room');
    guest.process.kill('SIGINT');
    expect({ code: await guest.ended, stderr: guest.stderr }).toEqual({
      code: 0,
      stderr: '* connected to room\n* disconnected\n',
    });
    await watcher.until('stdout', 'guest left');
  });

  test('lines of the standard input become messages of another process', async () => {
    const { env } = await serve();
    const subscriber = timetoken(['subscribe', 'numbers', '--json', '--count', '3'], env);
    await subscriber.until('stderr', 'PNConnectedCategory');
    const publisher = timetoken(['publish', 'numbers'], env);
    publisher.process.stdin.end('1\n\n{"ü":"日"}\r\n3');
    expect(await publisher.ended).toBe(0);
    expect(await subscriber.ended).toBe(0);
    const messages = subscriber.stdout.trim().split('\n');
    expect(messages.map((line): unknown => JSON.parse(line).message)).toEqual([1, { ü: '日' }, 3]);
    expect(publisher.stdout).toMatch(/^(\d{17}\n){3}$/);
  });

  test('Ctrl-C ends a publisher whose input goes on', async () => {
    const { env } = await serve();
    const publisher = timetoken(['publish', 'numbers'], env);
    publisher.process.stdin.write('1\n');
    await publisher.until('stdout', '\n');
    publisher.process.kill('SIGINT');
    expect({ code: await publisher.ended, stderr: publisher.stderr }).toEqual({ code: 130, stderr: '' });
  });

  test('a reader that goes away, as head does, ends it without a word', async () => {
    const { env } = await serve();
    const subscriber = timetoken(['subscribe', 'room'], env);
    await subscriber.until('stderr', 'connected');
    const publisher = timetoken(['publish', 'room'], env);
    publisher.process.stdin.write('1\n');
    await subscriber.until('stdout', '\n');
    subscriber.process.stdout.destroy();
    publisher.process.stdout.destroy();
    for (let line = 0; line < 20; line++) publisher.process.stdin.write('2\n');
    expect({ code: await publisher.ended, stderr: publisher.stderr }).toEqual({ code: 0, stderr: '' });
    const another = timetoken(['publish', 'room', '3'], env);
    expect(await another.ended).toBe(0);
    expect(await subscriber.ended).toBe(0);
    expect(subscriber.stderr).toBe('* connected to room\n* disconnected\n');
  });

  test.runIf(existsSync('/dev/full'))(
    'an output that cannot be written is a failure in one line',
    async () => {
      const { env } = await serve();
      const program = 'exec "$0" dist/cli/main.js here-now room > /dev/full';
      const { status, stderr } = spawnSync('sh', ['-c', program, process.execPath], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/^error: The output cannot be written: ENOSPC.*\n$/),
      });
    },
  );

  test.runIf(existsSync('/dev/full'))('a log that cannot be written does not end a server', async () => {
    const port = await freePort();
    const args = ['dist/cli/main.js', 'serve', '--port', String(port)];
    const server = spawn(process.execPath, args, { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
    onTestFinished(() => void server.kill('SIGKILL'));
    const [told] = server.stderr ? await once(server.stderr, 'data') : [];
    expect(String(told)).toMatch(
      /^The log cannot be written any more, and is lost from here on: ENOSPC.*\n$/,
    );
    for (const path of ['/time/0', '/publish/demo/demo/0/a/0/1'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  test.each([
    ['--help'],
    ['completion', 'bash'],
    ['here-now', 'room'],
    ['history', 'room'],
    ['publish', 'room', '1'],
  ])('a reader that is gone before the first line is no failure: %j', async (...args) => {
    const { env } = await serve();
    const command = timetoken(args, env);
    command.process.stdout.destroy();
    expect(await command.ended).toBe(0);
    expect(command.stderr).not.toMatch(/EPIPE| at /);
  });

  test.each([
    ['success', ['--version'], 0],
    ['wrong usage', ['publsh'], 2],
    ['a wrong option', ['publish', 'a', '1', '--origin', 'a b'], 2],
    ['a failure', ['record', 'a', '--output', 'package.json'], 1],
  ])('ends with %s: %j', async (_name, args, code) => {
    expect(await timetoken(args).ended).toBe(code);
  });

  test.each(['18.20.8', '20.20.2', '22.12.0'])(
    'on Node %s it says in one line what it needs',
    async (version) => {
      const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
      const old = new Child(['--import', `data:text/javascript,${pretend}`, 'dist/cli/main.js', 'serve']);
      expect(await old.ended).toBe(1);
      expect({ stdout: old.stdout, stderr: old.stderr }).toEqual({
        stdout: '',
        stderr: `timetoken needs Node 22.13 or newer; this is Node ${version}.\n`,
      });
    },
  );
});
