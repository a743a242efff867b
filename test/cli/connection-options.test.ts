import { describe, expect, test } from 'vitest';
import { FakeTerminal, finish, start } from './fake-terminal.ts';
import { openNetwork, watched } from './house.ts';

const ENV = {
  TIMETOKEN_ORIGIN: 'env.example:1',
  TIMETOKEN_SSL: '1',
  TIMETOKEN_SUBSCRIBE_KEY: 'sub-env',
  TIMETOKEN_PUBLISH_KEY: 'pub-env',
  TIMETOKEN_USER_ID: 'env-user',
  TIMETOKEN_TOKEN: 'env-token',
};

const FLAGS = [
  ['--origin', 'flag.example:2'],
  ['--subscribe-key', 'sub-flag'],
  ['--publish-key', 'pub-flag'],
  ['--user-id', 'flag-user'],
  ['--token', 'flag-token'],
].flat();

/** Publishes and tells whom the request went to. */
async function publish(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { options, requests } = watched(openNetwork());
  const outcome = await finish(['publish', 'room', '1', ...args], options, new FakeTerminal({ env }));
  const url = new URL(requests[0]?.url ?? 'none:');
  const keys = /^\/publish\/([^/]+)\/([^/]+)\//.exec(url.pathname)?.slice(1);
  return {
    ...outcome,
    to: url.origin,
    keys,
    user: url.searchParams.get('uuid'),
    auth: url.searchParams.get('auth'),
  };
}

describe('who talks to which origin', () => {
  test('without options it is the demo keyset of a local origin, and a user of its own each time', async () => {
    const [one, two] = [await publish([], {}), await publish([], {})];
    expect(one).toMatchObject({ to: 'http://localhost:8090', keys: ['demo', 'demo'], auth: null });
    expect(one.user).toMatch(/^cli-[0-9a-f]{8}$/);
    expect(two.user).not.toBe(one.user);
  });

  test('the environment names everything', async () => {
    expect(await publish([], ENV)).toMatchObject({
      to: 'https://env.example:1',
      keys: ['pub-env', 'sub-env'],
      user: 'env-user',
      auth: 'env-token',
    });
  });

  test('options win over the environment', async () => {
    expect(await publish(FLAGS, ENV)).toMatchObject({
      to: 'https://flag.example:2',
      keys: ['pub-flag', 'sub-flag'],
      user: 'flag-user',
      auth: 'flag-token',
    });
  });

  test('empty variables count as none', async () => {
    const empty = Object.fromEntries(Object.keys(ENV).map((name) => [name, '']));
    expect(await publish([], empty)).toMatchObject({ to: 'http://localhost:8090', keys: ['demo', 'demo'] });
  });

  test.each([
    ['--ssl', ['--ssl'], {}, 'https://localhost:8090'],
    ['a URL, whatever --ssl says', ['--ssl', '--origin', 'http://x.example'], {}, 'http://x.example'],
    ['TIMETOKEN_SSL=0', [], { TIMETOKEN_SSL: '0' }, 'http://localhost:8090'],
    ['TIMETOKEN_SSL=true', [], { TIMETOKEN_SSL: 'true' }, 'https://localhost:8090'],
    ['TIMETOKEN_SSL=on', [], { TIMETOKEN_SSL: 'on' }, 'https://localhost:8090'],
    ['--ssl, whatever the variable says,', ['--ssl'], { TIMETOKEN_SSL: 'perhaps' }, 'https://localhost:8090'],
  ])('%s decides on the scheme', async (_name, args, env, expected) => {
    expect((await publish(args, env)).to).toBe(expected);
  });

  test('a variable that says neither yes nor no is wrong usage, and nothing is sent', async () => {
    const { code, stderr } = await publish([], { TIMETOKEN_SSL: 'perhaps' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: TIMETOKEN_SSL must be 1 or 0; it is "perhaps"\.\n/);
  });

  test('a wrong option of the client is wrong usage, told by its flag and variable', async () => {
    const { code, stderr } = await publish(['--origin', 'a b'], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: --origin \(or TIMETOKEN_ORIGIN\) must be .*\(PN-1007\)\n\(run with --help/,
    );
  });
});

describe('a failure', () => {
  const secrets = ['--token', 'canary-token', '--subscribe-key', 'canary-sub', '--publish-key', 'canary-pub'];

  async function fail(args: readonly string[]) {
    const network = openNetwork();
    // What an intermediary may answer: with an escape sequence, and the request in it.
    const body = { error: 1, status: 403, message: '\u001b[2Jno canary-token canary-sub canary-pub' };
    network.fail('publish', { with: { status: 403, body } });
    return finish(['publish', 'room', '"canary-message"', ...secrets, ...args], network.options);
  }

  test('is told with its code, on the standard error, without a stack', async () => {
    const { code, stdout, stderr } = await fail([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*\\u001b\[2Jno .*\(PN-3002\)\nGive a token that allows it .*\n$/);
  });

  test.each([[[]], [['--debug']]])(
    'never shows secrets, messages or control characters, with %j',
    async (args) => {
      const { stderr } = await fail(args);
      expect(stderr).not.toMatch(/canary/);
      expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    },
  );

  test('says how to start an origin where nothing listens', async () => {
    const network = openNetwork();
    network.offline();
    const running = start(['publish', 'room', '1'], network.options);
    // It is tried again a few times: a server may be starting.
    await network.clock.advance(30_000);
    expect(await running.code).toBe(1);
    const { lines } = running.terminal.stderr;
    expect(lines.slice(0, 3)).toEqual(
      [1, 2, 3].map((attempt) =>
        expect.stringMatching(`^\\* attempt ${attempt} failed \\(PN-2001\\); the next one in \\d\\.\\d s$`),
      ),
    );
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^error: .*ECONNREFUSED.*\(PN-2001\)$/),
      'Nothing listens at http://localhost:8090. Start an origin there with `timetoken serve`, or name another with --origin.',
    ]);
  });

  test('shows its stack and what was done with --debug', async () => {
    const { stderr } = await fail(['--debug']);
    expect(stderr).toMatch(/\n {4}at .*\.[jt]s/);
    expect(stderr).toContain('answered {"operation":"PNPublishOperation","status":403}');
  });
});
