import fc from 'fast-check';
import { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { FakeTerminal, finish, type Running, start } from './fake-terminal.ts';
import { openNetwork } from './house.ts';

/** Starts `timetoken subscribe` as Alice and waits for the connection. */
async function subscribe(
  network: TestNetwork,
  args: readonly string[],
  terminal = new FakeTerminal(),
): Promise<Running> {
  const running = start(['subscribe', ...args, '--user-id', 'alice'], network.options, terminal);
  await terminal.stderr.until(args.includes('--json') ? 'PNConnectedCategory' : 'connected to');
  return running;
}

/** The time that the network's clock shows, as people see it. */
function timeOf({ clock }: TestNetwork): string {
  return new Date(clock.now()).toTimeString().slice(0, 8);
}

describe('timetoken subscribe', () => {
  test('prints time, channel, publisher and payload of each message', async () => {
    const network = openNetwork();
    const { terminal } = await subscribe(network, ['room']);
    await network.publish('room', { text: 'hi' }, { userId: 'bob' });
    await network.publish('room', 'x', { userId: 'bob', meta: { a: 1 }, customMessageType: 'note' });
    await network.publish('room', 1, { userId: 'bob', signal: true });
    const start = `${timeOf(network)} room bob:`;
    expect(terminal.stdout.lines).toEqual([
      `${start} {"text":"hi"}`,
      `${start} "x" (note) meta {"a":1}`,
      `${start} signal 1`,
    ]);
    terminal.end();
  });

  test('--json prints every event as it is, and statuses on the standard error', async () => {
    const network = openNetwork();
    const { terminal, code } = await subscribe(network, ['room', '--json', '--presence']);
    const timetoken = await network.publish('room', { text: 'hi' }, { userId: 'bob' });
    terminal.end();
    await code;
    const events = terminal.stdout.lines.map((line): unknown => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'presence',
        event: 'join',
        uuid: 'alice',
        channel: 'room',
        occupancy: 1,
      }),
    );
    expect(events).toContainEqual({
      type: 'message',
      channel: 'room',
      subscription: null,
      timetoken,
      publisher: 'bob',
      message: { text: 'hi' },
    });
    const statuses = terminal.stderr.lines.map((line): unknown => JSON.parse(line));
    expect(statuses).toMatchObject([
      { type: 'status', category: 'PNConnectedCategory', affectedChannels: ['room'] },
      { type: 'status', category: 'PNDisconnectedCategory' },
    ]);
  });

  test.each([[[]], [['--json']]])(
    'nothing that anybody publishes can steer the terminal, with %j',
    async (args) => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          await using network = createTestNetwork();
          const { terminal, code } = await subscribe(network, ['room', ...args, '--count', '1']);
          const eve = { userId: 'eve\u202e\u061c', meta: text };
          await network.publish('room', { [text]: text }, eve);
          await code;
          expect(terminal.stdout.lines).toHaveLength(1);
          expect(terminal.stdout.text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
          if (args.length > 0)
            expect(JSON.parse(terminal.stdout.text)).toMatchObject({ message: { [text]: text } });
        }),
        { numRuns: 15 },
      );
    },
  );

  test.each([1, 2, 5])(
    '--count %i ends after so many messages, though one answer brings more',
    async (count) => {
      const network = openNetwork();
      const timetoken = await network.publish('room', 'before');
      for (const number of [1, 2, 3, 4, 5]) await network.publish('room', number);
      const args = ['subscribe', 'room', '--count', String(count), '--timetoken', timetoken];
      const { code, stdout } = await finish(args, network.options);
      const payloads = stdout
        .trim()
        .split('\n')
        .map((line) => line.split(': ')[1]);
      expect({ code, payloads }).toEqual({ code: 0, payloads: ['1', '2', '3', '4', '5'].slice(0, count) });
    },
  );

  test('--presence prints who comes and goes', async () => {
    const network = openNetwork();
    const { terminal } = await subscribe(network, ['room', '--presence']);
    await network.join('room', 'bob');
    await network.leave('room', 'bob');
    const start = `${timeOf(network)} room`;
    expect(terminal.stdout.lines).toEqual([
      `${start} alice joined (1 here)`,
      `${start} bob joined (2 here)`,
      `${start} bob left (1 here)`,
    ]);
    terminal.end();
  });

  test('without --presence nobody is mentioned', async () => {
    const network = openNetwork();
    const { terminal, code } = await subscribe(network, ['room', '--count', '1']);
    await network.join('room', 'bob');
    await network.publish('room', 1, { userId: 'bob' });
    expect(await code).toBe(0);
    expect(terminal.stdout.lines).toHaveLength(1);
  });

  test('channels and groups are asked for together', async () => {
    const network = openNetwork();
    const { terminal } = await subscribe(network, ['a', 'news.*', '--group', 'g1', '--group', 'g2']);
    expect(terminal.stderr.text).toContain('* connected to a, news.*, group g1, group g2\n');
    terminal.end();
  });

  test('Ctrl-C leaves the channels and ends with success', async () => {
    const network = openNetwork();
    const seen: string[] = [];
    await using bob = new PubNub({ ...network.options, userId: 'bob' });
    bob.on('presence', (event) => void seen.push(`${event.event} ${event.uuid}`));
    await bob.subscribe().channels('room').withPresence().execute().connected();
    const { terminal, code } = await subscribe(network, ['room']);
    terminal.end();
    expect(await code).toBe(0);
    await network.idle();
    expect(seen).toEqual(['join bob', 'join alice', 'leave alice']);
    expect(terminal.stderr.lines).toEqual(['* connected to room', '* disconnected']);
  });

  test('a lost connection is announced, and what was missed is printed', async () => {
    const network = openNetwork();
    const { terminal } = await subscribe(network, ['room']);
    await network.subscribed('room');
    network.offline();
    await network.publish('room', 'missed');
    network.online();
    await network.clock.advance(10_000);
    expect(terminal.stdout.lines).toEqual([expect.stringMatching(/ test: "missed"$/)]);
    expect(terminal.stderr.lines.map((line) => line.replace(/: PN.*\(PN-2001\)/, ':'))).toEqual([
      '* connected to room',
      expect.stringMatching(/^\* connection lost:; attempt 2 in \d\.\d s$/),
      '* connected again to room',
    ]);
    terminal.end();
  });

  test('a name that is refused is a failure', async () => {
    const network = openNetwork({ keysets: [{ subscribeKey: 'other' }] });
    const { code, stdout, stderr } = await finish(['subscribe', 'room'], network.options);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^error: .*Invalid Subscribe Key.*\(PN-3001\)$/);
  });

  test('a channel that cannot be is wrong usage, before anything is sent', async () => {
    const network = openNetwork();
    const { code, stderr } = await finish(['subscribe', 'a,b'], network.options);
    expect({ code, sent: network.transcript().length }).toEqual({ code: 2, sent: 0 });
    expect(stderr).toMatch(/^error: the channel must not contain a comma.*\(PN-1002\)\n/);
  });

  test.each([
    ['on a terminal', { isTTY: true, env: {} }, true],
    ['in a pipe', { isTTY: false, env: {} }, false],
    ['with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
  ])('%s (%j) there is colour: %s', async (_name, options, coloured) => {
    const network = openNetwork();
    const { terminal, code } = await subscribe(network, ['room', '--count', '1'], new FakeTerminal(options));
    await network.publish('room', 1);
    await code;
    expect(terminal.stdout.text.includes('\u001b[')).toBe(coloured);
    expect(terminal.stderr.text.includes('\u001b[')).toBe(coloured);
  });
});

const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001b', '\u009b', '\u202e', '\u2066', '\n', '\r', '\u0007', '\u0085', '"', '\\'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 40,
});
