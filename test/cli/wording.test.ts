import { describe, expect, test } from 'vitest';
import { counted, inFlags, secondsOf } from '../../src/cli/wording.ts';
import { FakeTerminal, finish } from './fake-terminal.ts';
import { openNetwork } from './house.ts';

// Every option with a value that it cannot have, and the beginning of what is said about it.
const MISTAKES: readonly (readonly [args: readonly string[], message: string])[] = [
  [['subscribe', 'room', '--timetoken', 'yesterday'], '--timetoken must be'],
  [['subscribe', 'room', '--timetoken', ''], '--timetoken must'],
  [['subscribe', 'room', '--user-id', ''], '--user-id (or TIMETOKEN_USER_ID) must not be empty'],
  [
    ['subscribe', 'room', '--user-id', 'x'.repeat(93)],
    '--user-id (or TIMETOKEN_USER_ID) must have at most 92',
  ],
  [['subscribe', 'room', '--origin', '::::'], '--origin (or TIMETOKEN_ORIGIN) must be'],
  [['subscribe', 'room', '--origin', 'http://a/b'], '--origin (or TIMETOKEN_ORIGIN) must be'],
  [['subscribe', 'room', '--subscribe-key', 'a b'], '--subscribe-key (or TIMETOKEN_SUBSCRIBE_KEY) must be'],
  [
    ['subscribe', 'room', '--token', ''],
    '--token (or TIMETOKEN_TOKEN) must be a string that is not empty. Correct',
  ],
  [['subscribe', 'room', '--group', ''], '--group must not be empty'],
  [['subscribe', 'room', '--count', 'many'], "option '--count <n>' argument 'many' is invalid"],
  [['subscribe', 'a,b'], 'the channel must not contain a comma'],
  [['subscribe', ''], 'the channel must not be empty'],
  [['publish', '', '1'], 'the channel must not be empty'],
  [['publish', 'room', '1', '--publish-key', ''], '--publish-key (or TIMETOKEN_PUBLISH_KEY) must be'],
  [['publish', 'room', '1', '--type', 'x'], '--type must be 3 to 50 letters'],
  [['publish', 'room', '1', '--ttl', '-1'], "option '--ttl <hours>' argument '-1' is invalid"],
  [['publish', 'room', '1', '--meta', '{'], "option '--meta <json>' argument '{' is invalid"],
  [['history', 'room', '--before', 'noon'], '--before must be'],
  [['history', 'room', '--from', 'noon'], '--from must be'],
  [['history', 'room', '--count', '0'], "option '--count <n>' argument '0' is invalid"],
  [['history', ''], 'the channel must not be empty'],
  [['history', 'news.*'], '"news.*" is a wildcard, which has no history'],
  [['here-now', ''], 'the channel must not be empty'],
  [['here-now', '--group', ''], '--group must not be empty'],
  [['record', 'room', '--timetoken', 'x'], '--timetoken must be'],
  [['record', 'room', '--for', 'ever'], "option '--for <seconds>' argument 'ever' is invalid"],
  [['serve', '--allow-host', ''], "option '--allow-host <name>' argument '' is invalid"],
  [['serve', '--allow-host', 'a/b'], "option '--allow-host <name>' argument 'a/b' is invalid"],
  [['serve', '--allow-origin', 'x'], "option '--allow-origin <origin>' argument 'x' is invalid"],
  [['serve', '--secret-key', ''], '--secret-key must not be empty'],
  [['serve', '--access'], '--access needs a secret key'],
  [['completion', 'tcsh'], "command-argument value 'tcsh' is invalid"],
];

describe('a mistake in the command line', () => {
  test.each(MISTAKES)('%j is wrong usage, told in its own words', async (args, message) => {
    const { options } = openNetwork();
    const { code, stdout, stderr } = await finish(args, options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toContain('(run with --help for usage)');
    // What only a program knows.
    expect(stderr).not.toMatch(/PN[A-Z]\w+Operation|\b(withTimetoken|userId|subscribeKey|channelGroups)\b/);
  });

  test('is told with the variable that it may come from', async () => {
    const terminal = new FakeTerminal({ env: { TIMETOKEN_ORIGIN: 'a b' } });
    const { stderr } = await finish(['publish', 'room', '1'], openNetwork().options, terminal);
    expect(stderr).toMatch(/^error: --origin \(or TIMETOKEN_ORIGIN\) must be/);
  });
});

describe('the words of errors', () => {
  test.each([
    ['PNPublishOperation: customMessageType must be short. (PN-1002)', '--type must be short. (PN-1002)'],
    ['The option "userId" must not be empty.', '--user-id (or TIMETOKEN_USER_ID) must not be empty.'],
    ['Set `origin` to the final address.', 'Set --origin (or TIMETOKEN_ORIGIN) to the final address.'],
    // Nothing else changes.
    ['PNPublishOperation failed: HTTP 403, "start".', 'PNPublishOperation failed: HTTP 403, --before.'],
    ['PNPublishOperation: something must be.', 'PNPublishOperation: something must be.'],
    ['The option "toString" must not be.', 'The option "toString" must not be.'],
  ])('%j', (message, expected) => {
    expect(inFlags(message)).toBe(expected);
  });

  test('numbers have the noun that fits, and a unit', () => {
    expect([0, 1, 2].map((number) => counted(number, 'event'))).toEqual(['0 events', '1 event', '2 events']);
    expect([335.461_329, 12_000, -1].map(secondsOf)).toEqual(['0.3 s', '12.0 s', '0.0 s']);
  });
});

describe('npx', () => {
  const env = { npm_command: 'exec' };

  test.each([[['--help']], [['serve', '--help']], [['publish', '--help']], [['history', '--help']]])(
    '%j names commands as its user types them',
    async (args) => {
      const { stdout } = await finish(args, {}, new FakeTerminal({ env }));
      expect(stdout).toContain('Usage: npx timetoken');
      expect(stdout).toMatch(/[$|] npx timetoken /);
      expect(stdout).not.toMatch(/[$|] timetoken /);
    },
  );

  test('so do hints', async () => {
    const network = openNetwork();
    network.offline();
    const terminal = new FakeTerminal({ env });
    const ended = finish(['publish', 'room', '1', '--origin', '127.0.0.1:9'], network.options, terminal);
    await network.clock.advance(30_000);
    expect((await ended).stderr).toContain('Start an origin there with `npx timetoken serve --port 9`');
  });

  test.each([
    ['a refused connection', 'ECONNREFUSED', 'nothing listens'],
    ['HTTP in place of HTTPS', 'EPROTO', 'ssl: false'],
  ])('what helps with %s is told once, in the words of the command line', async (_name, code, programs) => {
    const transport = () => Promise.reject(Object.assign(new Error('no'), { code }));
    const args = ['publish', 'room', '1', '--origin', 'http://127.0.0.1:9'];
    const { stderr } = await finish(args, { transport });
    expect(stderr).toContain(code === 'EPROTO' ? 'TIMETOKEN_SSL' : 'Start an origin there');
    expect(stderr).not.toContain(programs);
  });
});
