import type { AnyChannels, Subscription } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { expect, test } from 'vitest';

const KEYSET = { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'sec', access: true };
const GROUPS = { lacking: ['z'], having: ['a'] };

const LISTS = ['read', 'manage'] as const;

test.each([
  ['that was subscribed to by itself', ['a'], ['lacking'], LISTS],
  ['of one of two groups', [], ['lacking', 'having'], LISTS],
  ['of the only group', [], ['having'], LISTS],
  ['that was subscribed to by itself and by a group', ['a'], ['having'], LISTS],
  ['that was subscribed to by itself, where groups must not be listed', ['a'], ['lacking'], ['read']],
] as const)(
  'what history has of a channel %s goes to no group without it',
  async (_, channels, groups, permissions) => {
    const network = createTestNetwork({ keysets: [KEYSET], limits: { queueLength: 2 } });
    const server = network.client('server', { secretKey: 'sec' });
    for (const [group, members] of Object.entries(GROUPS))
      await network.settled(
        server.addChannelsToChannelGroup().channelGroup(group).channels(members).execute(),
      );
    const tokenFor = (names: readonly string[], inGroups: readonly string[]) =>
      network.settled(
        server
          .grantToken()
          .ttl(60)
          .channels(Object.fromEntries(names.map((name) => [name, ['read']])))
          .groups(Object.fromEntries(inGroups.map((name) => [name, permissions])))
          .execute(),
      );
    const [all, none] = [await tokenFor(['a', 'none'], groups), await tokenFor(['none'], ['none'])];
    const reader = network.client('reader', { logger: {}, token: all, recovery: 'history' });
    const got = new Map<string, unknown[]>();
    const watch = (name: string, subscription: Subscription<AnyChannels, string>) => {
      const messages: unknown[] = [];
      got.set(name, messages);
      subscription.on('message', ({ message }) => messages.push(message));
      return network.settled(subscription.connected());
    };
    await watch('none', reader.subscribe().channels('none').execute());
    for (const name of channels) await watch(name, reader.subscribe().channels(name).execute());
    for (const group of groups) await watch(group, reader.subscribe().channelGroups(group).execute());
    // From here on, all of them stop at the same position.
    await network.settled(server.publish().channel('none').message(0).execute());
    await network.clock.advance(1_000);
    reader.setToken(none);
    await network.clock.advance(10_000);
    for (let message = 1; message <= 5; message++)
      await network.settled(server.publish().channel('a').message(message).execute());
    // The loop goes on without the names that are refused, which begin again where they have stopped.
    await network.settled(server.publish().channel('none').message(6).execute());
    await network.clock.advance(1_000);
    reader.setToken(all);
    await network.clock.advance(120_000);
    const expected = (name: string) => (name === 'none' ? [0, 6] : name === 'lacking' ? [] : [1, 2, 3, 4, 5]);
    expect([...got]).toEqual([...got.keys()].map((name) => [name, expected(name)]));
    await network.close();
  },
);
