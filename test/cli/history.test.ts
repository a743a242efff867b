import { describe, expect, test } from 'vitest';
import { FakeTerminal, finish, start } from './fake-terminal.ts';
import { openNetwork } from './house.ts';

async function withMessages(count: number) {
  const network = openNetwork();
  const timetokens: string[] = [];
  for (let number = 1; number <= count; number++)
    timetokens.push(await network.publish('room', number, { userId: 'bob' }));
  return { options: network.options, timetokens, network };
}

function messagesOf(stdout: string): readonly unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line).message);
}

describe('timetoken history', () => {
  test('prints day, time, channel, publisher and payload, oldest first', async () => {
    const { options } = await withMessages(2);
    const { code, stdout, stderr } = await finish(['history', 'room'], options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d room bob: [12]\n){2}$/);
    expect(stdout.indexOf('bob: 1')).toBeLessThan(stdout.indexOf('bob: 2'));
  });

  test.each([
    [1, [250]],
    [3, [248, 249, 250]],
    [100, Array.from({ length: 100 }, (_, index) => 151 + index)],
    [101, Array.from({ length: 101 }, (_, index) => 150 + index)],
    [1_000, Array.from({ length: 250 }, (_, index) => 1 + index)],
  ])('--count %i takes the newest, also over several pages', async (count, expected) => {
    const { options } = await withMessages(250);
    const { stdout } = await finish(['history', 'room', '--json', '--count', `${count}`], options);
    expect(messagesOf(stdout)).toEqual(expected);
  });

  test('--before excludes its timetoken, --from includes it', async () => {
    const { options, timetokens } = await withMessages(5);
    const [, second = '', , fourth = ''] = timetokens;
    const range = ['--from', second, '--before', fourth];
    const { stdout } = await finish(['history', 'room', '--json', ...range], options);
    expect(messagesOf(stdout)).toEqual([2, 3]);
  });

  test('--json has the fields of subscribe', async () => {
    const { network, options } = await withMessages(0);
    const details = { userId: 'bob', meta: { b: 2 }, customMessageType: 'note' };
    const timetoken = await network.publish('room', { a: '\u202e' }, details);
    const { stdout } = await finish(['history', 'room', '--json'], options);
    expect(JSON.parse(stdout)).toEqual({
      ...{ type: 'message', channel: 'room', subscription: null, timetoken, publisher: 'bob' },
      ...{ message: { a: '\u202e' }, userMetadata: { b: 2 }, customMessageType: 'note' },
    });
    expect(stdout).not.toContain('\u202e');
  });

  test('a channel without messages is told of', async () => {
    const { options } = await withMessages(0);
    expect(await finish(['history', 'room'], options)).toEqual({
      code: 0,
      stdout: '',
      stderr: '* no stored messages\n',
    });
    expect(await finish(['history', 'room', '--json'], options)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test.each([
    ['interrupted', 130],
    ['output-closed', 0],
  ] as const)('%s while it waits, it ends with %i', async (reason, code) => {
    const { network, options } = await withMessages(1);
    network.offline();
    const terminal = new FakeTerminal();
    const running = start(['history', 'room'], options, terminal);
    await terminal.stderr.until('attempt 1 failed');
    terminal.end(reason);
    expect(await running.code).toBe(code);
  });
});
