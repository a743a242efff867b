import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

const SECRET = 'a-secret-of-this-test';
const DEMO = { subscribeKey: 'demo', publishKey: 'demo' };
const OTHER = { subscribeKey: 'other', publishKey: 'other', limits: { messageBytes: 10 } };

/** A file of keysets in a folder of its own. */
function keysetFile(content: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-keysets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'keysets.json');
  const write = (next: unknown) =>
    writeFileSync(path, typeof next === 'string' ? next : JSON.stringify(next));
  write(content);
  return { path, folder, write, remove: () => rmSync(path) };
}

/** Starts `timetoken serve` on a free port; the status of a publish tells whether a key is served. */
async function serve(options: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { terminal, code } = start(['serve', '--port', '0', ...options], {}, new FakeTerminal({ env }));
  await terminal.stdout.until('http://');
  onTestFinished(async () => {
    terminal.end();
    await code;
  });
  const url = /http:\/\/[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  const publish = async (key: string, message: unknown = 1) =>
    (await fetch(`${url}/publish/${key}/${key}/0/room/0/${encodeURIComponent(JSON.stringify(message))}`))
      .status;
  const served = async () => [await publish('demo'), await publish('other')];
  return { terminal, url, publish, served };
}

describe('timetoken serve --keysets', () => {
  test('serves the keysets of a file, with their limits', async () => {
    const { path } = keysetFile([OTHER]);
    const { served, publish, terminal, url } = await serve(['--keysets', path]);
    expect(await served()).toEqual([400, 200]);
    expect(await publish('other', 'x'.repeat(20))).toBe(400);
    expect(terminal.stdout.text).toContain(
      `subscribe room --presence --subscribe-key other --origin ${url}\n`,
    );
    expect(terminal.stdout.text).toContain(`subscribeKey: 'other', publishKey: 'other'`);
  });

  test('serves those of the environment, which a file replaces', async () => {
    const env = { TIMETOKEN_KEYSETS: JSON.stringify([OTHER]) };
    expect(await (await serve([], env)).served()).toEqual([400, 200]);
    const { path } = keysetFile([DEMO]);
    expect(await (await serve(['--keysets', path], env)).served()).toEqual([200, 400]);
  });

  test.each<[string, unknown, string]>([
    [
      'no JSON',
      `[{"secretKey": "${SECRET}",}]`,
      'Not JSON at line 1, column 40: the name of a member is missing.',
    ],
    [
      'an unknown member',
      [DEMO, { ...OTHER, secret: SECRET }],
      'keysets[1].secret is not a member of a keyset.',
    ],
    [
      'a wrong type',
      [DEMO, { ...OTHER, secretKey: [SECRET] }],
      'keysets[1].secretKey must be a string that is not empty, not a list.',
    ],
    ['duplicates', [DEMO, DEMO], 'keysets[1] has the same keys as keysets[0].'],
    ['no keysets', [], 'keysets is an empty list: no key would be served.'],
    [
      'a limit of the process',
      [{ ...DEMO, limits: { processBytes: 1 } }],
      'keysets[0].limits.processBytes cannot differ',
    ],
  ])('a file with %s is one line of error with the place', async (_name, content, problem) => {
    const { path } = keysetFile(content);
    const { code, stdout, stderr } = await finish(['serve', '--port', '0', '--keysets', path], {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: --keysets ${path}: ${problem}`);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stderr).not.toContain(SECRET);
  });

  test('a text in the environment is checked as a file is', async () => {
    const env = { TIMETOKEN_KEYSETS: `{"secretKey":"${SECRET}"}` };
    const { code, stderr } = await finish(['serve', '--port', '0'], {}, new FakeTerminal({ env }));
    expect([code, stderr]).toEqual([
      1,
      'error: TIMETOKEN_KEYSETS: keysets must be a list of keysets, not an object.\n',
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['an empty one', { TIMETOKEN_KEYSETS: '' }, 'TIMETOKEN_KEYSETS is set, and empty'],
    [
      'one beside a secret key',
      { TIMETOKEN_KEYSETS: JSON.stringify([DEMO]), TIMETOKEN_SECRET_KEY: SECRET },
      'TIMETOKEN_SECRET_KEY is of the keyset demo, demo: with TIMETOKEN_KEYSETS, write it there.',
    ],
  ])('%s in the environment is wrong usage', async (_name, env, problem) => {
    const { code, stderr } = await finish(['serve', '--port', '0'], {}, new FakeTerminal({ env }));
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain(SECRET);
  });

  test('an empty address is wrong usage', async () => {
    const { code, stderr } = await finish(['serve', '--port', '0', '--host='], {});
    expect(code).toBe(2);
    expect(stderr).toContain('It must not be empty');
  });

  test('a file that is missing, and a folder, are one line of error', async () => {
    const { folder } = keysetFile([]);
    const missing = join(folder, 'missing.json');
    expect((await finish(['serve', '--keysets', missing], {})).stderr).toBe(
      `error: --keysets ${missing} cannot be read: there is no such file.\n`,
    );
    expect((await finish(['serve', '--keysets', folder], {})).stderr).toBe(
      `error: --keysets ${folder} cannot be read: it is a folder.\n`,
    );
  });

  test.skipIf(process.platform === 'win32')(
    'what is no regular file, or too large, is one line of error',
    async () => {
      const { folder } = keysetFile([]);
      const [pipe, large] = [join(folder, 'pipe'), join(folder, 'large')];
      execFileSync('mkfifo', [pipe]);
      writeFileSync(large, '');
      truncateSync(large, 16 * 1024 * 1024 + 1);
      for (const [path, reason] of [
        [pipe, 'it is no regular file'],
        ['/dev/zero', 'it is no regular file'],
        [large, 'it has more than 16 MiB'],
      ] as const)
        expect((await finish(['serve', '--keysets', path], {})).stderr).toBe(
          `error: --keysets ${path} cannot be read: ${reason}.\n`,
        );
    },
  );

  test.each([
    ['--keysets', [`[{"secretKey":"${SECRET}"}]`]],
    ['--cert', [`-----BEGIN CERTIFICATE-----\n${SECRET}`, '--key', 'key.pem']],
  ])('what belongs in the file of %s is not printed if it is given as its name', async (option, given) => {
    const { code, stderr } = await finish(['serve', option, ...given, '--debug'], {});
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${option} is the name of a file, not what is in it.\n`);
    expect(stderr).not.toContain(SECRET);
  });

  test.each([[['--secret-key', SECRET]], [['--access']]])('%j has no place beside it', async (options) => {
    const { path } = keysetFile([DEMO]);
    const { code, stderr } = await finish(['serve', '--keysets', path, ...options], {});
    expect(code).toBe(2);
    expect(stderr).toContain('with --keysets, write them there');
    expect(stderr).not.toContain(SECRET);
  });

  test('a secret key of the environment is not that of other keysets', async () => {
    const { path } = keysetFile([DEMO]);
    const { served } = await serve(['--keysets', path], { TIMETOKEN_SECRET_KEY: SECRET });
    expect(await served()).toEqual([200, 400]);
  });

  test('that others can reach it is no warning if every keyset needs permissions', async () => {
    const restricted = keysetFile([{ ...DEMO, secretKey: SECRET, access: true }]);
    const closed = await serve(['--host', '0.0.0.0', '--keysets', restricted.path]);
    expect(closed.terminal.stderr.text).toBe('');
    const mixed = keysetFile([{ ...DEMO, secretKey: SECRET, access: true }, OTHER]);
    const open = await serve(['--host', '0.0.0.0', '--keysets', mixed.path]);
    expect(open.terminal.stderr.text).toContain('anyone may publish');
  });
});

describe('SIGHUP', () => {
  test('reads the file again', async () => {
    const { path, write } = keysetFile([DEMO]);
    const { terminal, served } = await serve(['--keysets', path]);
    write([OTHER]);
    expect(await served()).toEqual([200, 400]);
    terminal.hangUp();
    await terminal.stdout.until('Read again: 1 keyset.\n');
    expect(await served()).toEqual([400, 200]);
  });

  test('answers the parked polls of a keyset that is gone', async () => {
    const { path, write } = keysetFile([DEMO, OTHER]);
    const { terminal, url } = await serve(['--keysets', path, '--json']);
    const poll = fetch(`${url}/v2/subscribe/demo/a/0?tt=99999999999999999`);
    await fetch(`${url}/time/0`);
    write([OTHER]);
    terminal.hangUp();
    await terminal.stdout.until('"type":"reload"');
    expect(JSON.parse(terminal.stdout.lines.find((line) => line.includes('reload')) ?? '')).toMatchObject({
      keysets: 1,
      certificate: false,
    });
    expect(await (await poll).text()).toContain('"m":[]');
  });

  test.each([
    [
      'is not valid',
      (file: ReturnType<typeof keysetFile>) => file.write(`[{"secretKey":"${SECRET}"}]`),
      'keysets[0].subscribeKey is missing.',
    ],
    ['is gone', (file: ReturnType<typeof keysetFile>) => file.remove(), 'there is no such file.'],
  ])('keeps what was read before if the file %s', async (_name, spoil, problem) => {
    const file = keysetFile([DEMO]);
    const { terminal, served } = await serve(['--keysets', file.path]);
    spoil(file);
    terminal.hangUp();
    await terminal.stderr.until(`${problem} What was read before stays in effect.\n`);
    expect(terminal.stderr.text).not.toContain(SECRET);
    expect(await served()).toEqual([200, 400]);
    file.write([OTHER]);
    terminal.hangUp();
    await terminal.stdout.until('Read again');
    expect(await served()).toEqual([400, 200]);
  });

  test('before it listens is done as soon as it does, and many are one', async () => {
    const { path } = keysetFile([DEMO]);
    const { terminal, code } = start(['serve', '--port', '0', '--keysets', path], {});
    for (let count = 0; count < 100; count++) terminal.hangUp();
    await terminal.stdout.until('Read again: 1 keyset.\n');
    terminal.end();
    expect(await code).toBe(0);
    expect(terminal.stdout.text.match(/Read again/g)).toHaveLength(1);
    terminal.hangUp();
  });

  test('is done while the server drains, and does not end it', async () => {
    const { path, write } = keysetFile([DEMO]);
    const { terminal, code } = start(['serve', '--port', '0', '--keysets', path, '--drain', '1'], {});
    await terminal.stdout.until('http://');
    terminal.end();
    await terminal.stderr.until('Draining');
    write([DEMO, OTHER]);
    terminal.hangUp();
    await terminal.stdout.until('Read again: 2 keysets.\n');
    expect(await code).toBe(0);
  });

  test('ends the process if there is nothing to read again', async () => {
    const { terminal } = await serve([], { TIMETOKEN_KEYSETS: JSON.stringify([DEMO]) });
    expect(() => terminal.hangUp()).toThrow('ends the process');
  });
});
