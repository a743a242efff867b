import { expect, onTestFinished, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

const SECRET = 'a-secret-of-this-test';

/** Starts `timetoken serve` with a secret key; asks as somebody, with the key or without. */
async function serve(options: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock();
  const { terminal, code } = start(
    ['serve', '--port', '0', ...options],
    { clock },
    new FakeTerminal({ env }),
  );
  await terminal.stdout.until('http://');
  onTestFinished(async () => {
    terminal.end();
    await code;
  });
  const origin = /http:\/\/[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  const publish = async (secretKey?: string) => {
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin, clock };
    await using pubnub = new PubNub({ ...keys, ...(secretKey !== undefined && { secretKey }) });
    const { status } = await pubnub.publish({ channel: 'room', message: 1 }).envelope();
    return status.statusCode;
  };
  return { terminal, publish };
}

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['an option', ['--access', '--secret-key', SECRET], {}],
  ['a variable', ['--access'], { TIMETOKEN_SECRET_KEY: SECRET }],
])('--access asks for permissions, with the secret key from %s', async (_name, options, env) => {
  const { publish, terminal } = await serve(options, env);
  expect([await publish(), await publish('another'), await publish(SECRET)]).toEqual([403, 403, 200]);
  expect(terminal.stdout.text + terminal.stderr.text).not.toContain(SECRET);
});

test('without --access nothing needs a permission', async () => {
  const { publish } = await serve(['--secret-key', SECRET]);
  expect([await publish(), await publish(SECRET)]).toEqual([200, 200]);
});

test('--access without a secret key is refused with what to do', async () => {
  const { code, stderr } = await finish(['serve', '--port', '0', '--access'], {});
  expect(code).toBe(2);
  expect(stderr).toContain('--access needs a secret key');
});
