import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;

/** The calls on groups, and what a subscriber of one hears, in the words that both clients share. */
interface Registry extends AsyncDisposable {
  add(channelGroup: string, channels: readonly string[]): Promise<unknown>;
  remove(channelGroup: string, channels: readonly string[]): Promise<unknown>;
  channels(channelGroup: string): Promise<{ readonly channels: readonly string[] }>;
  delete(channelGroup: string): Promise<unknown>;
  groups(): Promise<{ readonly groups: readonly string[] }>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Subscribes with presence; resolves when the server has accepted it. */
  join(channelGroup: string): Promise<void>;
  /** Channel and payload of messages; channel, event and user of presence events. */
  readonly heard: Inbox<readonly string[]>;
}

type MakeRegistry = (host: string, userId: string) => Registry;

const ours =
  (makeTransport?: () => Transport): MakeRegistry =>
  (host, userId) => {
    const client = new PubNub({
      ...KEYS,
      origin: host,
      userId,
      ...(makeTransport && { transport: makeTransport() }),
    });
    const heard = new Inbox<readonly string[]>(`events of ${userId}`);
    client.addListener({
      message: ({ channel, message }) => heard.put([channel, String(message)]),
      presence: ({ channel, event, uuid }) => heard.put([channel, event, String(uuid)]),
    });
    return {
      heard,
      add: (channelGroup, channels) => client.addChannelsToChannelGroup({ channelGroup, channels }).execute(),
      remove: (channelGroup, channels) =>
        client.removeChannelsFromChannelGroup({ channelGroup, channels }).execute(),
      channels: (channelGroup) => client.listChannelsInChannelGroup({ channelGroup }).execute(),
      delete: (channelGroup) => client.deleteChannelGroup({ channelGroup }).execute(),
      groups: () => client.listChannelGroups().execute(),
      publish: (channel, message) => client.publish({ channel, message }).execute(),
      join: (channelGroup) =>
        client.subscribe({ channelGroups: channelGroup, withPresence: true }).execute().connected(),
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const theirs: MakeRegistry = (host, userId) => {
  const client = new PeerClient({ ...KEYS, origin: host, userId });
  const heard = new Inbox<readonly string[]>(`events of ${userId}`);
  const statuses = new Inbox<string | undefined>(`statuses of ${userId}`);
  client.addListener({
    message: ({ channel, message }) => heard.put([channel, String(message)]),
    presence: ({ channel, action, uuid }) => heard.put([channel, action, String(uuid)]),
    status: ({ category }) => statuses.put(category),
  });
  return {
    heard,
    add: (channelGroup, channels) => client.channelGroups.addChannels({ channelGroup, channels }),
    remove: (channelGroup, channels) => client.channelGroups.removeChannels({ channelGroup, channels }),
    channels: (channelGroup) => client.channelGroups.listChannels({ channelGroup }),
    delete: (channelGroup) => client.channelGroups.deleteGroup({ channelGroup }),
    groups: () => client.channelGroups.listGroups(),
    publish: (channel, message) => client.publish({ channel, message }),
    join: async (channelGroup) => {
      client.subscribe({ channelGroups: [channelGroup], withPresence: true });
      await statuses.first((category) => category === 'PNConnectedCategory');
    },
    [Symbol.asyncDispose]: async () => {
      client.unsubscribeAll();
      client.stop();
    },
  };
};

const CLIENTS: readonly (readonly [name: string, make: MakeRegistry])[] = [
  ['our client over fetch', ours()],
  ['our client over node:http', ours(nodeTransport)],
  ["another maker's client", theirs],
];
const PAIRS = CLIENTS.flatMap(([one, makeOne]) =>
  CLIENTS.map(([other, makeOther]) => ({ one, other, makeOne, makeOther })),
);

describe.each(PAIRS)('$one and $other', ({ makeOne, makeOther }) => {
  test('see the same groups, and each what the other has changed', async () => {
    await using system = await serveOrigin();
    await using one = makeOne(system.host, 'one');
    await using other = makeOther(system.host, 'other');
    const seen = async (group: string) => {
      const [mine, yours] = [await one.channels(group), await other.channels(group)];
      expect(mine).toEqual(yours);
      return mine.channels;
    };
    const name = 'g ünïcödé/1 #?%;';
    expect(await seen(name)).toEqual([]);
    expect(await one.add(name, ['a', 'b/ 2', 'n.*'])).toEqual({});
    expect(await other.add(name, ['b/ 2', '😀'])).toEqual({});
    expect(await seen(name)).toEqual(['a', 'b/ 2', 'n.*', '😀']);
    expect(await one.remove(name, ['😀', 'unknown'])).toEqual({});
    expect(await other.remove(name, ['a'])).toEqual({});
    expect(await seen(name)).toEqual(['b/ 2', 'n.*']);
    await other.add('h', ['a']);
    expect([await one.groups(), await other.groups()]).toEqual([
      { groups: [name, 'h'] },
      { groups: [name, 'h'] },
    ]);
    expect(await one.delete(name)).toEqual({});
    expect(await other.groups()).toEqual({ groups: ['h'] });
    expect(await seen(name)).toEqual([]);
  });

  test('hear what is published on a group, while channels come and go', async () => {
    await using system = await serveOrigin();
    await using writer = makeOne(system.host, 'writer');
    await using reader = makeOther(system.host, 'reader');
    await writer.add('g', ['a', 'b']);
    await reader.join('g');
    await reader.heard.take(2);
    await writer.publish('a', 'first');
    await reader.heard.first(([, text]) => text === 'first');
    await writer.remove('g', ['a']);
    await writer.add('g', ['c']);
    await reader.heard.first(([channel, event]) => channel === 'c' && event === 'join');
    await writer.publish('a', 'not heard');
    await writer.publish('c', 'second');
    await writer.publish('b', 'last');
    await reader.heard.first(([, text]) => text === 'last');
    expect(reader.heard.all).toEqual([
      ['a', 'join', 'reader'],
      ['b', 'join', 'reader'],
      ['a', 'first'],
      ['c', 'join', 'reader'],
      ['c', 'second'],
      ['b', 'last'],
    ]);
  });
});

test.each(CLIENTS)('%s is told why a channel cannot be added', async (_, make) => {
  await using system = await serveOrigin({ limits: { groupChannels: 1 } });
  await using client = make(system.host, 'one');
  const failure = await client.add('g', ['a', 'b']).then(String, (error: object) => error);
  // The other maker's client wraps a status.
  const { statusCode, category, errorData } = 'status' in Object(failure) ? Object(failure).status : failure;
  expect({ statusCode, category }).toEqual({ statusCode: 400, category: 'PNBadRequestCategory' });
  expect(errorData).toMatchObject({ message: 'Maximum channel count exceeded: at most 1 in a group' });
  expect(await client.channels('g')).toEqual({ channels: [] });
});
