import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PubNub, parseToken } from '../../src/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

const SECRET = 'a-secret-of-this-test';
const env = { TIMETOKEN_SECRET_KEY: SECRET };

/** `timetoken serve` with an access keyset, and `timetoken token` against it. */
async function served() {
  const clock = new VirtualClock();
  const server = start(['serve', '--port', '0', '--access'], { clock }, new FakeTerminal({ env }));
  await server.terminal.stdout.until('http://');
  onTestFinished(async () => {
    server.terminal.end();
    await server.code;
  });
  const origin = /http:\/\/[\d.:]+/.exec(server.terminal.stdout.text)?.[0] ?? '';
  const grant = (args: readonly string[], terminal = new FakeTerminal({ env })) =>
    finish(['token', 'grant', '--origin', origin, ...args], { clock }, terminal);
  const mayPublish = async (token: string, channel: string, userId = 'bob') => {
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId, origin, clock, token };
    await using pubnub = new PubNub(keys);
    return (await pubnub.publish({ channel, message: 1 }).envelope()).status.statusCode;
  };
  return { grant, mayPublish, origin };
}

test('grants a token that the server honours, for one user, by name and pattern', async () => {
  const { grant, mayPublish } = await served();
  const { code, stdout, stderr } = await grant([
    ...['--ttl', '60', '--channel', 'a=b=read,write', '--channel', 'room=read', '--channel', 'room=write'],
    ...['--channel-pattern', '^x-[0-9]+$=write', '--group', 'g=manage', '--user', 'bob=get,update'],
    ...['--authorized-user', 'bob', '--meta', '{"n":1}'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^[\w-]+={0,2}\n$/);
  const token = stdout.trim();
  expect(parseToken(token)).toMatchObject({
    ttl: 60,
    authorized_uuid: 'bob',
    resources: {
      channels: { 'a=b': { read: true, write: true }, room: { read: true, write: true, delete: false } },
      groups: { g: { manage: true, read: false } },
      uuids: { bob: { get: true, update: true } },
    },
    patterns: { channels: { '^x-[0-9]+$': { write: true, read: false } } },
    meta: { n: 1 },
  });
  expect(await mayPublish(token, 'room')).toBe(200);
  expect(await mayPublish(token, 'x-12')).toBe(200);
  expect(await mayPublish(token, 'x-a')).toBe(403);
  expect(await mayPublish(token, 'room', 'eve')).toBe(403);
});

test('reads the secret key from a file, and prints JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
  writeFileSync(join(folder, 'empty'), '\n');
  const { grant, mayPublish } = await served();
  const args = (name: string) => [
    '--ttl',
    '5',
    '--channel',
    'room=write',
    '--secret-key-file',
    join(folder, name),
  ];
  const { code, stdout } = await grant([...args('secret'), '--json'], new FakeTerminal());
  expect(code).toBe(0);
  const { token } = JSON.parse(stdout);
  expect(await mayPublish(token, 'room')).toBe(200);
  expect(await grant(args('empty'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('names a file that is empty'),
  });
  expect(await grant(args('missing'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no such file'),
  });
});

test('a wrong secret key is refused by the server, and told nowhere', async () => {
  const { grant } = await served();
  const wrong = new FakeTerminal({ env: { TIMETOKEN_SECRET_KEY: 'another-secret-key' } });
  const { code, stdout, stderr } = await grant(['--ttl', '5', '--channel', 'a=read'], wrong);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('PN-3002');
  expect(stderr).toContain('the secret key and the publish key are those of the keyset');
  expect(stderr).not.toMatch(/--token|^ +at |another-secret-key/m);
  const debugged = await grant(['--ttl', '5', '--channel', 'a=read', '--debug'], wrong);
  expect(debugged.stderr).toMatch(/^ +at /m);
  expect(debugged.stderr).not.toContain('another-secret-key');
});

test.each<[string, readonly string[], string]>([
  ['no lifetime', ['--channel', 'a=read'], "required option '--ttl <minutes>' not specified"],
  [
    'too long a lifetime',
    ['--ttl', '43201', '--channel', 'a=read'],
    'It must be a whole number from 1 to 43200.',
  ],
  ['nothing to allow', ['--ttl', '5'], 'The token would allow nothing'],
  [
    'no permissions',
    ['--ttl', '5', '--channel', 'a'],
    'It must be a name and its permissions: room=read,write.',
  ],
  [
    'no name',
    ['--ttl', '5', '--channel', '=read'],
    'It must be a name and its permissions: room=read,write.',
  ],
  [
    'an empty permission',
    ['--ttl', '5', '--channel', 'a='],
    'A permission is missing; there are read, write',
  ],
  [
    'an unknown permission',
    ['--ttl', '5', '--channel', 'a=rite'],
    '"rite" is no permission; there are read, write',
  ],
  ['a name that no channel has', ['--ttl', '5', '--channel', 'a,b=read'], 'comma'],
  [
    'metadata that is no object',
    ['--ttl', '5', '--channel', 'a=read', '--meta', '[1]'],
    'It must be a JSON object.',
  ],
  [
    'a secret key for all to see',
    ['--ttl', '5', '--channel', 'a=read', '--secret-key', SECRET],
    "unknown option '--secret-key'",
  ],
])('%s is wrong usage', async (_name, args, words) => {
  const { code, stdout, stderr } = await finish(['token', 'grant', ...args], {}, new FakeTerminal({ env }));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
  expect(stderr).not.toContain(SECRET);
});

test('without a secret key it says where to put it', async () => {
  const { code, stderr } = await finish(['token', 'grant', '--ttl', '5', '--channel', 'a=read'], {});
  expect(code).toBe(2);
  expect(stderr).toContain('Only the secret key grants tokens: set TIMETOKEN_SECRET_KEY');
});

test('a name of an object of every program is a name like any other', async () => {
  const { grant } = await served();
  const { stdout } = await grant([
    '--ttl',
    '5',
    '--channel',
    '__proto__=read',
    '--channel',
    'constructor=write',
  ]);
  const { channels = {} } = parseToken(stdout.trim()).resources ?? {};
  expect(Object.keys(channels).sort()).toEqual(['__proto__', 'constructor']);
});

const TOKEN =
  'qEF2AkF0GmgvH7BDdHRsGDxDcmVzpURjaGFuoWZzcGFjZTEDQ2dycKFmZ3JvdXAxBUNzcGOhZnNwYWNlMQNDdXNyoWV1c2VyMRhgRHV1aWShZXVzZXIxGGBDcGF0pURjaGFuoENncnCgQ3NwY6BDdXNyoER1dWlkoERtZXRhoER1dWlkaXRlc3RfdXNlckNzaWdYIF1550Kt5Czss5WshrUO2affV3DP3h_9zPcDZxnb5lv3';

test.each<[string, readonly string[], FakeTerminal]>([
  ['an argument', [TOKEN], new FakeTerminal()],
  ['the environment', [], new FakeTerminal({ env: { TIMETOKEN_TOKEN: TOKEN } })],
  ['the input', [], new FakeTerminal({ input: ['', ` ${TOKEN}`] })],
])('parses the token of %s', async (_name, args, terminal) => {
  expect(await finish(['token', 'parse', ...args], {}, terminal)).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      'issued   2025-05-22T12:59:28Z',
      'expires  2025-05-22T13:59:28Z',
      'user     test_user',
      'channels space1: read, write',
      'groups group1: read, manage',
      'uuids user1: get, update',
      '',
    ].join('\n'),
  });
});

test('prints a token as JSON', async () => {
  const { stdout } = await finish(['token', 'parse', TOKEN, '--json'], {});
  expect(JSON.parse(stdout)).toMatchObject({
    version: 2,
    ttl: 60,
    authorized_uuid: 'test_user',
    signature: 'XXnnQq3kLOyzlayGtQ7Zp99XcM_eH_3M9wNnGdvmW_c',
  });
});

test.each([
  ['no token', [], 'There is no token, neither as an argument nor in the input.'],
  ['another text', ['bad-token'], 'this is no access token'],
])('%s is wrong usage for parse', async (_name, args, words) => {
  const { code, stderr } = await finish(['token', 'parse', ...args], {});
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});
