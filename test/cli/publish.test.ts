import fc from 'fast-check';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { FakeTerminal, finish, start } from './fake-terminal.ts';
import { openNetwork, watched } from './house.ts';

describe('timetoken publish', () => {
  test.each([
    ['an object', ['publish', 'room', '{"a":[1,null]}'], { a: [1, null] }],
    ['null', ['publish', 'room', 'null'], null],
    ['a negative number, after --', ['publish', 'room', '--', '-1'], -1],
    ['text that is no JSON', ['publish', 'room', 'hello {', '--text'], 'hello {'],
    ['text that looks like JSON', ['publish', '--text', 'room', '1'], '1'],
    ['by POST', ['publish', 'room', '"x"', '--post'], 'x'],
  ])('publishes %s and prints the timetoken', async (_name, args, message) => {
    const network = openNetwork();
    const { code, stdout, stderr } = await finish(args, network.options);
    const [sent, ...more] = network.published('room');
    expect([sent?.message, more]).toEqual([message, []]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${sent?.timetoken}\n`, stderr: '' });
  });

  test('every value of the input arrives, in order, with one timetoken printed for each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }), async (values) => {
        await using network = createTestNetwork();
        // What JSON cannot tell apart, such as -0 and 0, is not the command's to keep.
        const lines = values.map((value) => JSON.stringify(value));
        const { code, stdout } = await finish(
          ['publish', 'room'],
          network.options,
          new FakeTerminal({ input: lines }),
        );
        expect(code).toBe(0);
        const sent = network.published('room');
        expect(sent.map(({ message }) => message)).toEqual(lines.map((line) => JSON.parse(line)));
        expect(stdout).toBe(sent.map(({ timetoken }) => `${timetoken}\n`).join(''));
      }),
      { numRuns: 25 },
    );
  });

  test('blank lines of the input are no messages', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ input: ['', '1', '  ', '2', ''] });
    const { code, stdout } = await finish(['publish', 'room'], network.options, terminal);
    expect({ code, count: stdout.split('\n').length - 1 }).toEqual({ code: 0, count: 2 });
  });

  test('options travel with the message', async () => {
    const network = openNetwork();
    const { requests, options } = watched(network);
    const flags = [
      ['--meta', '{"lang":"en"}'],
      ['--type', 'greeting'],
      ['--ttl', '3'],
      ['--user-id', 'alice'],
    ];
    await finish(['publish', 'room', '1', '--no-store', ...flags.flat()], options);
    expect(network.published('room')).toMatchObject([
      { userId: 'alice', meta: { lang: 'en' }, customMessageType: 'greeting' },
    ]);
    const [request] = requests;
    expect(Object.fromEntries(new URL(request?.url ?? '').searchParams)).toMatchObject({
      store: '0',
      ttl: '3',
    });
  });

  test.each([
    [[], 'GET'],
    [['--post'], 'POST'],
  ])('with %j the request is a %s', async (options, method) => {
    const network = openNetwork();
    await finish(['publish', 'room', '1', ...options], network.options);
    expect(network.transcript().map((request) => request.method)).toEqual([method]);
  });

  test('--json prints an object for each message', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ input: ['1', '2'] });
    const { stdout } = await finish(['publish', 'room', '--json'], network.options, terminal);
    const objects = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const expected = { channel: 'room', timetoken: expect.stringMatching(/^\d{17}$/) };
    expect(objects).toEqual([expected, expected]);
  });

  test('a message that is not JSON is wrong usage, and nothing is sent', async () => {
    const network = openNetwork();
    const { code, stdout, stderr } = await finish(['publish', 'room', 'hello'], network.options);
    expect({ code, stdout, sent: network.transcript().length }).toEqual({ code: 2, stdout: '', sent: 0 });
    expect(stderr).toBe(
      `error: The message is not JSON. Quote a string as '"hello"', or use --text.\n(run with --help for usage)\n`,
    );
  });

  test('a line that is not JSON ends the command; what came before it is published, and that is no wrong usage', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ input: ['1', '', 'oops', '2'] });
    const { code, stdout, stderr } = await finish(['publish', 'room'], network.options, terminal);
    expect({ code, lines: stdout.split('\n').length - 1, sent: network.transcript().length }).toEqual({
      code: 1,
      lines: 1,
      sent: 1,
    });
    expect(stderr).toMatch(/^error: Line 3 is not JSON\. .* Published before it: 1 message\.\n$/);
  });

  test('a first line that is not JSON is wrong usage, and nothing is sent', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ input: ['', 'oops', '2'] });
    const { code, stderr } = await finish(['publish', 'room'], network.options, terminal);
    expect({ code, sent: network.transcript().length }).toEqual({ code: 2, sent: 0 });
    expect(stderr).toContain('error: Line 2 is not JSON');
  });

  test.each([[[]], [['', '  ']]])('an input without a message, %j, is wrong usage', async (input) => {
    const network = openNetwork();
    const { code, stdout, stderr } = await finish(
      ['publish', 'room'],
      network.options,
      new FakeTerminal({ input }),
    );
    expect({ code, stdout, sent: network.transcript().length }).toEqual({ code: 2, stdout: '', sent: 0 });
    expect(stderr).toContain('error: Nothing was published: there is no message');
  });

  test('a message that the library refuses is named by its line', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ input: ['1', JSON.stringify('x'.repeat(40_000))] });
    const { code, stderr } = await finish(['publish', 'room'], network.options, terminal);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Line 2: .*\(PN-1005\)\n$/);
  });

  test('a person at the terminal is told what to type', async () => {
    const network = openNetwork();
    const terminal = new FakeTerminal({ isTTY: true, input: ['1'] });
    const { stderr } = await finish(['publish', 'room'], network.options, terminal);
    expect(stderr).toBe('Type one JSON value per line; Ctrl-D ends.\n');
  });

  test.each([
    ['interrupted', 130],
    ['output-closed', 0],
  ] as const)('when its input goes on and it is %s it ends with %i', async (reason, expected) => {
    const network = openNetwork();
    const terminal: FakeTerminal = new FakeTerminal({ input: endless(() => terminal.end(reason)) });
    const { code } = await finish(['publish', 'room'], network.options, terminal);
    expect({ code, sent: network.transcript().length }).toEqual({ code: expected, sent: 2 });
  });

  test('a publish that hangs ends with the command', async () => {
    const network = openNetwork();
    network.fail('publish', { with: 'hang' });
    const { terminal, code } = start(['publish', 'room', '1'], network.options);
    await network.idle();
    expect(network.transcript()).toMatchObject([{ operation: 'publish' }]);
    terminal.end();
    expect(await code).toBe(130);
    expect(terminal.stderr.text).toBe('');
    expect(network.clock.pending).toBe(0);
  });
});

async function* endless(afterTwo: () => void) {
  for (let number = 0; ; number++) {
    if (number === 2) afterTwo();
    yield String(number);
  }
}
