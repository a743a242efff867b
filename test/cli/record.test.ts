import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeTerminal, finish, type Running, start } from './fake-terminal.ts';
import { openHouse } from './house.ts';

type House = ReturnType<typeof openHouse>;

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'room.ndjson');
}

/** Starts `timetoken record` as Alice and waits for the connection. */
async function record(
  house: House,
  args: readonly string[],
  terminal = new FakeTerminal(),
): Promise<Running> {
  const running = start(['record', ...args, '--user-id', 'alice'], house.network, terminal);
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
    const house = openHouse();
    const { terminal, code } = await record(house, ['room', '--presence']);
    const bob = house.enter('bob');
    const { timetoken } = await bob
      .publish()
      .channel('room')
      .message({ a: 1 })
      .meta({ b: 2 })
      .customMessageType('note')
      .execute();
    await bob.signal().channel('room').message('s').execute();
    await bob.subscribe().channels('room').execute().connected();
    await terminal.stdout.until('"join"');
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
    const house = openHouse();
    const watcher = house.enter('bob');
    const seen: unknown[] = [];
    watcher.on('presence', ({ event, uuid }) => void seen.push(`${uuid} ${event}`));
    await watcher.subscribe().channels('room').withPresence().execute().connected();
    const file = temporaryFile();
    const { terminal, code } = await record(house, ['room', '--presence', '--output', file]);
    terminal.end();
    await code;
    await watcher.until('connected');
    expect(seen).toContain('alice join');
    expect(readFileSync(file, 'utf8')).not.toContain('alice');
  });

  test('every line is in the file as soon as it is there', async () => {
    const house = openHouse();
    const file = temporaryFile();
    const { terminal, code } = await record(house, ['room', '--output', file]);
    expect(parsed(readFileSync(file, 'utf8'))).toHaveLength(1);
    const bob = house.enter('bob');
    const heard = new Promise((resolve) => void bob.on('message', resolve));
    await bob.subscribe().channels('room').execute().connected();
    await bob.publish().channel('room').message('ü'.repeat(9_000)).execute();
    await heard;
    expect(parsed(readFileSync(file, 'utf8')).at(-1)).toMatchObject({ message: 'ü'.repeat(9_000) });
    terminal.end();
    expect({ code: await code, stdout: terminal.stdout.text }).toEqual({ code: 0, stdout: '' });
    expect(terminal.stderr.text).toContain('* 1 events recorded\n');
  });

  test('a file that is there is kept, unless --force says otherwise', async () => {
    const house = openHouse();
    const file = temporaryFile();
    writeFileSync(file, 'precious');
    const refused = await finish(['record', 'room', '--output', file], house.network);
    expect({ code: refused.code, kept: readFileSync(file, 'utf8') }).toEqual({ code: 1, kept: 'precious' });
    expect(refused.stderr).toContain('There is a file');
    const { terminal, code } = await record(house, ['room', '--output', file, '--force']);
    terminal.end();
    await code;
    expect(parsed(readFileSync(file, 'utf8'))).toHaveLength(1);
  });

  test('--for ends it after so many seconds', async () => {
    const house = openHouse();
    const { terminal, code } = await record(house, ['room', '--for', '60']);
    let ended = false;
    const end = code.then((value) => {
      ended = true;
      return value;
    });
    await house.clock.advance(59_000);
    await house.enter('bob').publish().channel('room').message(1).execute();
    await terminal.stdout.until('"message"');
    expect(ended).toBe(false);
    await house.clock.advance(2_000);
    expect(await end).toBe(0);
    await house.origin.close();
    expect(house.clock.pending).toBe(0);
  });

  test('what ended it early leaves no timer behind', async () => {
    const house = openHouse();
    const { terminal, code } = await record(house, ['room', '--for', '3600']);
    terminal.end();
    await code;
    await house.origin.close();
    expect(house.clock.pending).toBe(0);
  });

  test('no key, token or user id of the recorder is written', async () => {
    const house = openHouse({ keysets: [{ subscribeKey: 'sub-canary', publishKey: 'pub-canary' }] });
    const env = {
      ...{ TIMETOKEN_SUBSCRIBE_KEY: 'sub-canary', TIMETOKEN_PUBLISH_KEY: 'pub-canary' },
      TIMETOKEN_TOKEN: 'token-canary',
    };
    const running = await record(house, ['room', '--presence'], new FakeTerminal({ env }));
    const keys = { subscribeKey: 'sub-canary', publishKey: 'pub-canary' };
    await house.enter('bob', keys).publish().channel('room').message(1).execute();
    await running.terminal.stdout.until('"message"');
    running.terminal.end();
    await running.code;
    expect(running.terminal.stdout.text + running.terminal.stderr.text).not.toMatch(/canary|alice/);
  });

  test('a line is one line, and cannot steer a terminal, whatever was published', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (text) => {
        const house = openHouse();
        const { terminal, code } = await record(house, ['room']);
        await house
          .enter('bob')
          .publish()
          .channel('room')
          .message(`\u001b\u2028${text.toWellFormed()}`)
          .execute();
        await terminal.stdout.until('"message"');
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
    const house = openHouse();
    // A disk that is full from the beginning; other systems have none.
    if (!existsSync('/dev/full')) return;
    const { code, stderr } = await finish(
      ['record', 'room', '--force', '--output', '/dev/full'],
      house.network,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('ENOSPC');
  });

  test('a folder that is not there is a failure', async () => {
    const house = openHouse();
    const { code, stderr } = await finish(['record', 'room', '--output', '/no/such/folder/x'], house.network);
    expect({ code, said: stderr.includes('ENOENT') }).toEqual({ code: 1, said: true });
  });

  test('a name that is refused is a failure', async () => {
    const house = openHouse({ keysets: [{ subscribeKey: 'other' }] });
    const { code, stderr } = await finish(['record', 'room'], house.network);
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
