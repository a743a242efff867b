import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { startRedis } from '../support/redis-server.ts';
import { forTest } from '../support/redis-store.ts';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serving<T>(args: readonly string[], use: (pubnub: PubNub) => Promise<T>): Promise<T> {
  const { terminal, code } = start(['serve', '--port', '0', ...args], {});
  await terminal.stdout.until('http://');
  const origin = /http:\/\/[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'ann', origin });
  try {
    return await use(pubnub);
  } finally {
    await pubnub.close();
    terminal.end();
    expect(await code).toBe(0);
  }
}

const messages = async (pubnub: PubNub) => {
  const { channels } = await pubnub.fetchMessages({ channels: ['room'] }).execute();
  return (channels['room'] ?? []).map(({ message }) => message);
};

test('what was published is there after the next start, in each durability', async () => {
  const path = join(temporaryFolder(), 'data.db');
  await serving(['--store', `sqlite:${path}`], (pubnub) =>
    pubnub.publish({ channel: 'room', message: 'one' }).execute(),
  );
  const args = ['--store', `sqlite:${path}`, '--durability', 'full'];
  expect(await serving(args, messages)).toEqual(['one']);
});

test('a copy that is made while an origin serves has what was published', async () => {
  const folder = temporaryFolder();
  const [path, copy] = [join(folder, 'data.db'), join(folder, 'copy.db')];
  await serving(['--store', `sqlite:${path}`], async (pubnub) => {
    await pubnub.publish({ channel: 'room', message: 'one' }).execute();
    const { terminal, code } = start(['backup', `sqlite:${path}`, copy], {});
    expect([await code, terminal.stdout.text]).toEqual([0, `Copied ${path} to ${copy}.\n`]);
    await pubnub.publish({ channel: 'room', message: 'two' }).execute();
  });
  expect(await serving(['--store', `sqlite:${copy}`], messages)).toEqual(['one']);
});

test.each([
  [
    ['serve', '--store', 'postgres:x'],
    2,
    'A store of the kind "postgres" is unknown. Name one such as sqlite:./data.db, redis://localhost or memory.',
  ],
  [['serve', '--store', 'data.db'], 2, 'A store of the kind "data" is unknown.'],
  [['serve', '--store', 'sqlite:'], 2, '--store sqlite: needs a file'],
  [['serve', '--durability', 'full'], 2, '--durability needs a store that lasts'],
  [
    ['serve', '--store', 'sqlite:x.db', '--durability', 'most'],
    2,
    '--durability most is unknown for sqlite: it is normal or full.',
  ],
  [['backup', '/nowhere/data.db', '/nowhere/copy.db'], 1, 'There is no store at /nowhere/data.db.'],
])('%j ends with the exit code %i, and says what is wrong', async (args, expected, text) => {
  const { terminal, code } = start(args, {});
  expect(await code).toBe(expected);
  expect(terminal.stderr.text).toContain(text);
});

test('a file of another program ends the start, and is left as it is', async () => {
  const path = join(temporaryFolder(), 'data.db');
  writeFileSync(path, 'not a database, but a text\n'.repeat(100));
  const { terminal, code } = start(['serve', '--port', '0', '--store', `sqlite:${path}`], {});
  expect(await code).toBe(1);
  expect(terminal.stderr.text).toContain(
    `${path} is not a SQLite database. It was left as it is; name another file.`,
  );
  expect(readFileSync(path, 'utf8')).toBe('not a database, but a text\n'.repeat(100));
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test('TIMETOKEN_STORE names the store, unless an option does', async () => {
  const folder = temporaryFolder();
  const env = { TIMETOKEN_STORE: `sqlite:${join(folder, 'env.db')}` };
  for (const args of [[], ['--store', `sqlite:${join(folder, 'option.db')}`]]) {
    const { terminal, code } = start(['serve', '--port', '0', ...args], {}, new FakeTerminal({ env }));
    await terminal.stdout.until('http://');
    terminal.end();
    expect(await code).toBe(0);
    expect(existsSync(join(folder, 'option.db'))).toBe(args.length > 0);
  }
  expect(existsSync(join(folder, 'env.db'))).toBe(true);
  const wrong = await finish(['serve'], {}, new FakeTerminal({ env: { TIMETOKEN_STORE: 'postgres:x' } }));
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
});

const hasRedis = await startRedis().then(async (server) => {
  await server?.stop();
  return server !== undefined;
});

describe('a store over Redis', () => {
  test.each([
    'redis://',
    'redis://:s3cret@h:port',
    'redis://:s3cret@localhost/x',
    'redis+cluster://:s3cret@',
  ])('at %s is an error in the command line, without the password', async (store) => {
    const { code, stderr } = await finish(['serve', '--port', '0', '--store', store], {});
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: .+\n\(run with --help for usage\)\n$/),
    ]);
    expect(stderr).not.toContain('s3cret');
  });

  test('that is away is waited for: the server starts, and says so', async () => {
    const store = 'redis://:s3cret@127.0.0.1:1';
    const { terminal, code } = start(['serve', '--port', '0', '--store', store], {});
    await terminal.stderr.until('The store does not answer; requests get the status 503 until it does.\n');
    expect(terminal.stdout.text).toContain('Origin listening at');
    terminal.end();
    expect([await code, terminal.stderr.text.includes('s3cret')]).toEqual([0, false]);
  });

  test.skipIf(!hasRedis)('that refuses the password ends the start with one line', async () => {
    const { port } = await forTest(startRedis({ args: ['--requirepass', 'right'] }));
    for (const password of ['', ':s3cret@']) {
      const store = `redis://${password}127.0.0.1:${port}`;
      const { code, stdout, stderr } = await finish(['serve', '--port', '0', '--store', store], {});
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^error: Redis refused .*Check the user name and the password.*\n$/);
      expect(stderr).not.toContain('s3cret');
    }
  });

  test.each([
    ['knows no HELLO', "-ERR unknown command 'HELLO'\r\n"],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('that %s ends the start with one line', async (_, reply) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(reply));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const store = `redis://:s3cret@127.0.0.1:${port}`;
    const { code, stderr } = await finish(['serve', '--port', '0', '--store', store], {});
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .+\n$/)]);
    expect(stderr).not.toContain('s3cret');
  });
});
