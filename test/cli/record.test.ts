import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeTerminal, finish, type Running, start } from './fake-terminal.ts';
import { openNetwork } from './house.ts';

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'room.ndjson');
}

/** Starts `timetoken record` as Alice and waits for the connection. */
async function record(
  network: TestNetwork,
  args: readonly string[],
  terminal = new FakeTerminal(),
): Promise<Running> {
  const running = start(['record', ...args, '--user-id', 'alice'], network.options, terminal);
  await terminal.stderr.until('connected to');
  return running;
}

function parsed(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('timetoken record', () => {
  test('writes a header, and every event as listeners have it', async () => {
    const network = openNetwork();
    const { terminal, code } = await record(network, ['room', '--presence']);
    const note = { userId: 'bob', meta: { b: 2 }, customMessageType: 'note' };
    const timetoken = await network.publish('room', { a: 1 }, note);
    await network.publish('room', 's', { userId: 'bob', signal: true });
    await network.join('room', 'bob');
    terminal.end();
    expect(await code).toBe(0);
    const [header, ...events] = parsed(terminal.stdout.text);
    expect(header).toEqual({ type: 'recording', version: 1, channels: ['room'], channelGroups: [] });
    const room = { channel: 'room', subscription: null };
    expect(events).toMatchObject([
      {
        ...{ type: 'message', ...room, timetoken, publisher: 'bob', message: { a: 1 } },
        ...{ userMetadata: { b: 2 }, customMessageType: 'note' },
      },
      { type: 'signal', ...room, publisher: 'bob', message: 's' },
      { type: 'presence', ...room, event: 'join', uuid: 'bob', occupancy: 2 },
    ]);
    expect(terminal.stderr.lines).toEqual(['* connected to room', '* 3 events recorded', '* disconnected']);
  });

  test('who records is not in it', async () => {
    const network = openNetwork();
    await using watcher = new PubNub({ ...network.options, userId: 'bob' });
    const seen: unknown[] = [];
    watcher.on('presence', ({ event, uuid }) => void seen.push(`${uuid} ${event}`));
    await watcher.subscribe().channels('room').withPresence().execute().connected();
    const file = temporaryFile();
    const { terminal, code } = await record(network, ['room', '--presence', '--output', file]);
    terminal.end();
    await code;
    await network.idle();
    expect(seen).toContain('alice join');
    expect(readFileSync(file, 'utf8')).not.toContain('alice');
  });

  test('every line is in the file as soon as it is there', async () => {
    const network = openNetwork();
    const file = temporaryFile();
    const { terminal, code } = await record(network, ['room', '--output', file]);
    expect(parsed(readFileSync(file, 'utf8'))).toHaveLength(1);
    await using bob = new PubNub({ ...network.options, userId: 'bob' });
    await bob.publish().channel('room').message('ü'.repeat(9_000)).execute();
    await network.idle();
    expect(parsed(readFileSync(file, 'utf8')).at(-1)).toMatchObject({ message: 'ü'.repeat(9_000) });
    terminal.end();
    expect({ code: await code, stdout: terminal.stdout.text }).toEqual({ code: 0, stdout: '' });
    expect(terminal.stderr.text).toContain('* 1 event recorded\n');
  });

  test('a file that is there is kept, unless --force says otherwise', async () => {
    const network = openNetwork();
    const file = temporaryFile();
    writeFileSync(file, 'precious');
    const refused = await finish(['record', 'room', '--output', file], network.options);
    expect({ code: refused.code, kept: readFileSync(file, 'utf8') }).toEqual({ code: 1, kept: 'precious' });
    expect(refused.stderr).toContain('exists already');
    const { terminal, code } = await record(network, ['room', '--output', file, '--force']);
    terminal.end();
    await code;
    expect(parsed(readFileSync(file, 'utf8'))).toHaveLength(1);
  });

  test('--for ends it after so many seconds', async () => {
    const network = openNetwork();
    const { terminal, code } = await record(network, ['room', '--for', '60']);
    let ended = false;
    const end = code.then((value) => {
      ended = true;
      return value;
    });
    await network.clock.advance(59_000);
    await network.publish('room', 1);
    expect(terminal.stdout.text).toContain('"message"');
    expect(ended).toBe(false);
    await network.clock.advance(2_000);
    expect(await end).toBe(0);
    // While the clients' machine sleeps only the origin's timers fire: what is left would be the command's.
    await network.sleep(400_000);
    expect(network.clock.pending).toBe(0);
  });

  test('--for ends it with an error if there was no connection in that time', async () => {
    const network = openNetwork();
    network.offline();
    const { terminal, code } = start(['record', 'room', '--for', '60'], network.options);
    await terminal.stderr.until('failed');
    await network.clock.advance(61_000);
    expect(await code).toBe(1);
    expect(terminal.stderr.text).toContain(
      'error: There was no connection within 60 s: nothing was recorded.\n',
    );
    await network.sleep(400_000);
    expect(network.clock.pending).toBe(0);
  });

  test('what ended it early leaves no timer behind', async () => {
    const network = openNetwork();
    const { terminal, code } = await record(network, ['room', '--for', '3600']);
    terminal.end();
    await code;
    // While the clients' machine sleeps only the origin's timers fire: what is left would be the command's.
    await network.sleep(400_000);
    expect(network.clock.pending).toBe(0);
  });

  test('no key, token or user id of the recorder is written', async () => {
    const network = openNetwork({ keysets: [{ subscribeKey: 'sub-canary', publishKey: 'pub-canary' }] });
    const env = {
      ...{ TIMETOKEN_SUBSCRIBE_KEY: 'sub-canary', TIMETOKEN_PUBLISH_KEY: 'pub-canary' },
      TIMETOKEN_TOKEN: 'token-canary',
    };
    const running = await record(network, ['room', '--presence'], new FakeTerminal({ env }));
    await network.publish('room', 1);
    expect(running.terminal.stdout.text).toContain('"message"');
    running.terminal.end();
    await running.code;
    expect(running.terminal.stdout.text + running.terminal.stderr.text).not.toMatch(/canary|alice/);
  });

  test('a line is one line, and cannot steer a terminal, whatever was published', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
        await using network = createTestNetwork();
        const { terminal, code } = await record(network, ['room']);
        await network.publish('room', `\u001b\u2028${text.toWellFormed()}`);
        terminal.end();
        await code;
        expect(terminal.stdout.lines).toHaveLength(2);
        expect(terminal.stdout.text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028]/u);
        expect(parsed(terminal.stdout.text)[1]).toMatchObject({
          message: `\u001b\u2028${text.toWellFormed()}`,
        });
      }),
      { numRuns: 10 },
    );
  });

  test('a line that cannot be written ends it with a failure', async () => {
    const network = openNetwork();
    // A disk that is full from the beginning; other systems have none.
    if (!existsSync('/dev/full')) return;
    const { code, stderr } = await finish(
      ['record', 'room', '--force', '--output', '/dev/full'],
      network.options,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('ENOSPC');
  });

  test('a folder that is not there is a failure', async () => {
    const network = openNetwork();
    const { code, stderr } = await finish(
      ['record', 'room', '--output', '/no/such/folder/x'],
      network.options,
    );
    expect({ code, said: stderr.includes('ENOENT') }).toEqual({ code: 1, said: true });
  });

  test('a name that is refused is a failure', async () => {
    const network = openNetwork({ keysets: [{ subscribeKey: 'other' }] });
    const { code, stderr } = await finish(['record', 'room'], network.options);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*Invalid Subscribe Key.*\(PN-3001\)\n$/);
  });

  test.each([
    [['record'], /Name a channel, or a --group/],
    [['record', 'a', '--for', '0'], /whole number from 1/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await finish(args, {});
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
