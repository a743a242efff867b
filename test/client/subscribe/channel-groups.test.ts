import { type PNMessageResult, type PNPresenceEventResult, PubNub } from 'timetoken';
import type { OriginLimits } from 'timetoken/origin';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { rejection } from '../../support/unit-client.ts';

/** The client under test and one that publishes, on a network of their own. */
function world(limits: Partial<OriginLimits> = {}) {
  const network = createTestNetwork({ limits });
  const client = (userId: string) => new PubNub({ ...network.options, userId });
  const [reader, writer] = [client('reader'), client('writer')];
  const close = async () => {
    await Promise.all([reader.close(), writer.close()]);
    // While the clients' machine sleeps only the origin's timers fire: what is left would be the clients'.
    await network.sleep(400_000);
    expect(network.clock.pending).toBe(0);
    await network.close();
  };
  const group = {
    add: (...channels: string[]) =>
      writer.addChannelsToChannelGroup({ channelGroup: 'g', channels }).execute(),
    remove: (...channels: string[]) =>
      writer.removeChannelsFromChannelGroup({ channelGroup: 'g', channels }).execute(),
    delete: () => writer.deleteChannelGroup({ channelGroup: 'g' }).execute(),
  };
  const publish = (channel: string, message: string) => writer.publish({ channel, message }).execute();
  return { network, reader, writer, group, publish, [Symbol.asyncDispose]: close };
}

function messagesOf(source: { on(name: 'message', handler: (event: PNMessageResult) => void): unknown }) {
  const got: unknown[] = [];
  source.on('message', ({ channel, subscription, message }) => got.push([channel, subscription, message]));
  return got;
}

function presenceOf(source: {
  on(name: 'presence', handler: (event: PNPresenceEventResult) => void): unknown;
}) {
  const got: unknown[] = [];
  source.on('presence', ({ channel, subscription, event, uuid, occupancy }) =>
    got.push([channel, subscription, `${event} ${uuid} ${occupancy}`]),
  );
  return got;
}

describe('a subscription to a group', () => {
  test('gets what is published on its channels, under the name of the group', async () => {
    await using it = world();
    await it.group.add('a', 'b');
    const all = messagesOf(it.reader);
    const subscription = it.reader.subscribe().channelGroups('g').execute();
    const own = messagesOf(subscription);
    await subscription.connected();
    for (const channel of ['a', 'b', 'c']) await it.publish(channel, `on ${channel}`);
    await it.network.idle();
    expect(own).toEqual([
      ['a', 'g', 'on a'],
      ['b', 'g', 'on b'],
    ]);
    expect(all).toEqual(own);
  });

  test('gains and loses channels while it runs, without a request of its own', async () => {
    await using it = world();
    await it.group.add('a');
    const subscription = it.reader.subscribe().channelGroups('g').execute();
    const got = messagesOf(subscription);
    await subscription.connected();
    await it.network.idle();
    for (const [change, expected] of [
      [() => it.group.add('b'), ['a', 'b']],
      [() => it.group.remove('a'), ['b']],
      [() => it.group.add('c', 'a'), ['a', 'b', 'c']],
      [() => it.group.delete(), []],
      [() => it.group.add('a'), ['a']],
    ] as const) {
      await change();
      got.length = 0;
      for (const channel of ['a', 'b', 'c']) await it.publish(channel, 'x');
      await it.network.idle();
      expect(got).toEqual(expected.map((channel) => [channel, 'g', 'x']));
    }
    expect(subscription.channelGroups).toEqual(['g']);
  });

  test('to one that does not exist yet is connected, and hears once there is one', async () => {
    await using it = world();
    const subscription = it.reader.subscribe().channelGroups('g').execute();
    const messages = subscription.messages();
    await subscription.connected();
    await it.group.add('a');
    await it.publish('a', 'hello');
    const { value } = await messages.next();
    expect(value).toMatchObject({ channel: 'a', subscription: 'g', message: 'hello' });
  });

  test('and to one of its channels gets each message once, by the name that it was subscribed by', async () => {
    await using it = world();
    await it.group.add('n.a', 'n.b');
    const all = messagesOf(it.reader);
    const direct = it.reader.subscribe().channels('n.a').execute();
    const group = it.reader.subscribe().channelGroups('g').execute();
    const both = it.reader.subscribe().channels('n.a', 'n.*').channelGroups('g').execute();
    const got = [direct, group, both].map(messagesOf);
    await both.connected();
    await it.publish('n.a', '1');
    await it.publish('n.b', '2');
    await it.publish('n.c', '3');
    await it.network.idle();
    expect(all.map((event) => (event as unknown[])[2])).toEqual(['1', '2', '3']);
    expect(got).toEqual([
      [['n.a', null, '1']],
      [
        ['n.a', 'g', '1'],
        ['n.b', 'g', '2'],
      ],
      [
        ['n.a', null, '1'],
        ['n.b', 'n.*', '2'],
        ['n.c', 'n.*', '3'],
      ],
    ]);
  });

  test('ends alone: the channel that was also subscribed by itself goes on', async () => {
    await using it = world();
    await it.group.add('a', 'b');
    const direct = it.reader.subscribe().channels('a').execute();
    const group = it.reader.subscribe().channelGroups('g').execute();
    const [fromDirect, fromGroup] = [messagesOf(direct), messagesOf(group)];
    await group.connected();
    await it.reader.unsubscribe().channelGroups('g').execute();
    for (const channel of ['a', 'b']) await it.publish(channel, 'x');
    await it.network.idle();
    expect([fromDirect, fromGroup]).toEqual([[['a', null, 'x']], []]);
    expect(it.reader.subscribedChannelGroups).toEqual([]);
  });
});

describe('a subscription to a group with its presence', () => {
  test('sees who comes and goes on its channels, itself first', async () => {
    await using it = world();
    await it.group.add('a');
    const subscription = it.reader.subscribe().channelGroups('g').withPresence().execute();
    const got = presenceOf(subscription);
    await subscription.connected();
    const other = it.writer.subscribe().channels('a', 'b').execute();
    await other.connected();
    await it.network.idle();
    await it.group.add('b');
    await it.network.idle();
    await it.writer.unsubscribe().channels('a', 'b').execute();
    await it.network.idle();
    expect(got).toEqual([
      ['a', 'g', 'join reader 1'],
      ['a', 'g', 'join writer 2'],
      ['b', 'g', 'join reader 2'],
      ['a', 'g', 'leave writer 1'],
      ['b', 'g', 'leave writer 1'],
    ]);
  });

  test('and to one of its channels with presence sees each event once', async () => {
    await using it = world();
    await it.group.add('a');
    const all = presenceOf(it.reader);
    const both = it.reader.subscribe().channels('a').channelGroups('g').withPresence().execute();
    const own = presenceOf(both);
    const group = it.reader.subscribe().channelGroups('g').withPresence().execute();
    const byGroup = presenceOf(group);
    await group.connected();
    await it.writer.subscribe().channels('a').execute().connected();
    await it.network.idle();
    expect(all.map((event) => (event as unknown[])[2])).toEqual(['join reader 1', 'join writer 2']);
    expect(own).toEqual([
      ['a', null, 'join reader 1'],
      ['a', null, 'join writer 2'],
    ]);
    expect(byGroup.map((event) => (event as unknown[])[1])).toEqual(['g', 'g']);
  });

  test('alone, by its own name, brings presence and no messages, and makes nobody present', async () => {
    await using it = world();
    await it.group.add('a');
    const subscription = it.reader.subscribe().channelGroups('g-pnpres').execute();
    const [messages, presence] = [messagesOf(subscription), presenceOf(subscription)];
    await subscription.connected();
    await it.writer.subscribe().channels('a').execute().connected();
    await it.publish('a', 'x');
    await it.network.idle();
    expect([messages, presence]).toEqual([[], [['a', 'g', 'join writer 1']]]);
  });

  test('leaves the channels of the group when it ends', async () => {
    await using it = world();
    await it.group.add('a', 'b');
    const watcher = it.writer.subscribe().channels('a-pnpres', 'b-pnpres').execute();
    const got = presenceOf(watcher);
    await watcher.connected();
    await it.reader.subscribe().channelGroups('g').execute().connected();
    await it.reader.unsubscribe().channelGroups('g').execute();
    await it.network.idle();
    expect(got.map((event) => (event as unknown[])[2]).toSorted()).toEqual([
      'join reader 1',
      'join reader 1',
      'leave reader 0',
      'leave reader 0',
    ]);
  });
});

test('groups beyond the limit are refused by name, and the others go on', async () => {
  await using it = world({ subscribedGroups: 1 });
  await it.group.add('a');
  const first = it.reader.subscribe().channelGroups('g').execute();
  const got = messagesOf(first);
  await first.connected();
  const refused: unknown[] = [];
  it.reader.on('status', ({ isError, category, affectedChannelGroups }) => {
    if (isError) refused.push([category, affectedChannelGroups]);
  });
  const second = it.reader.subscribe().channelGroups('h').execute();
  expect(await rejection(second.connected())).toMatchObject({
    code: 'PN-3001',
    errorData: { message: 'Maximum channel group count exceeded.' },
  });
  expect(refused).toEqual([['PNBadRequestCategory', ['h']]]);
  await it.publish('a', 'x');
  await it.network.idle();
  expect(got).toEqual([['a', 'g', 'x']]);
});
