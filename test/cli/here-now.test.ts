import { PubNub } from 'timetoken';
import { describe, expect, test } from 'vitest';
import { finish } from './fake-terminal.ts';
import { openNetwork } from './house.ts';

async function peopled() {
  const network = openNetwork();
  await network.join('room', 'ann');
  await network.join('room', 'bob\u202e');
  await network.join('hall', 'ann');
  return network;
}

describe('timetoken here-now', () => {
  test('prints the users of a channel, safely', async () => {
    const { options } = await peopled();
    const { code, stdout, stderr } = await finish(['here-now', 'room'], options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('room 2 here\n  ann\n  bob\\u202e\n');
  });

  test('without a channel it prints all that have users', async () => {
    const { options } = await peopled();
    const { stdout } = await finish(['here-now', '--json'], options);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      expect.arrayContaining([
        { type: 'here-now', name: 'hall', occupancy: 1, occupants: [{ uuid: 'ann', state: null }] },
        expect.objectContaining({ name: 'room', occupancy: 2 }),
      ]),
    );
  });

  test('--state prints states', async () => {
    const network = await peopled();
    await using ann = new PubNub({ ...network.options, userId: 'ann' });
    await ann.setState().channels('room').state({ mood: 'fine' }).execute();
    const { stdout } = await finish(['here-now', 'room', '--state'], network.options);
    expect(stdout).toContain('  ann {"mood":"fine"}\n');
  });

  test('--group asks for the channels of a group', async () => {
    const network = await peopled();
    await using ann = new PubNub({ ...network.options, userId: 'ann' });
    await ann.addChannelsToChannelGroup().channels('room', 'hall').channelGroup('house').execute();
    const { stdout } = await finish(['here-now', '--group', 'house'], network.options);
    expect(stdout).toContain('room 2 here\n');
    expect(stdout).toContain('hall 1 here\n');
  });

  test('an empty channel has nobody, and so has an empty server', async () => {
    const { options } = openNetwork();
    expect((await finish(['here-now', 'room'], options)).stdout).toBe('room 0 here\n');
    expect(await finish(['here-now'], options)).toEqual({
      code: 0,
      stdout: '',
      stderr: '* nobody is here\n',
    });
  });

  test('says how many are left out where the server lists no more', async () => {
    const network = openNetwork({ limits: { occupants: 1 } });
    for (const user of ['a', 'b', 'c']) await network.join('room', user);
    const { stdout } = await finish(['here-now', 'room'], network.options);
    expect(stdout).toBe('room 3 here\n  a\n  … and 2 others\n');
  });
});
