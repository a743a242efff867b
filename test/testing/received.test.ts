import { setupServer } from 'msw/node';
import { PubNub, type PubNubOptions } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import { describe, expect, it, vi } from 'vitest';

/** What the network says that clients have received, as "receiver message". */
function received(network: TestNetwork, channel?: string): readonly string[] {
  return network.received(channel).map(({ receiver, message }) => `${receiver} ${JSON.stringify(message)}`);
}

async function inRoom(network: TestNetwork, userId: string, options?: Partial<PubNubOptions>) {
  const pubnub = network.client(userId, options);
  pubnub.on('message', () => undefined);
  await pubnub.subscribe().channels('room').execute().connected();
  return pubnub;
}

describe('received()', () => {
  it('lists what each client has delivered, with the entry as it was on the wire', async () => {
    await using network = createTestNetwork();
    await inRoom(network, 'alice');
    await inRoom(network, 'bob');
    const options = { userId: 'carol', meta: { lang: 'en' }, customMessageType: 'text' };
    const timetoken = await network.publish('room', { n: 1 }, options);
    // Which of the two is answered first is not said.
    const inOrder = network
      .received('room')
      .toSorted((a, b) => String(a.receiver).localeCompare(String(b.receiver)));
    expect(inOrder).toEqual(
      ['alice', 'bob'].map((receiver) => ({
        ...{ channel: 'room', message: { n: 1 }, raw: { n: 1 }, kind: 'message', timetoken, receiver },
        ...{ subscribeKey: 'demo', ...options },
      })),
    );
  });

  it('counts a message once that came for a channel, a group and a wildcard', async () => {
    await using network = createTestNetwork();
    const alice = network.client('alice');
    alice.on('message', () => undefined);
    await alice.addChannelsToChannelGroup({ channels: 'n.x', channelGroup: 'g' }).execute();
    await alice.subscribe().channels(['n.x', 'n.*']).channelGroups('g').execute().connected();
    await alice.subscribe().channels('n.x').execute().connected();
    await network.publish('n.x', 1);
    expect(received(network)).toEqual(['alice 1']);
  });

  it('does not count copies that a client drops, and counts those that it delivers', async () => {
    await using network = createTestNetwork();
    await inRoom(network, 'alice');
    await inRoom(network, 'bob', { dedupeOnSubscribe: false });
    network.duplicate(2);
    await network.publish('room', 1);
    expect(received(network).toSorted()).toEqual(['alice 1', 'bob 1', 'bob 1']);
  });

  it('does not count what came for a name that nobody wants any more', async () => {
    await using network = createTestNetwork();
    const alice = await inRoom(network, 'alice');
    const other = alice.subscribe().channels('other').execute();
    await other.connected();
    // The handler runs while the rest of its answer waits.
    alice.on('message', () => other.unsubscribe());
    network.offline();
    await network.idle();
    await network.publish('room', 1);
    await network.publish('other', 2);
    network.online();
    await network.clock.advance(60_000);
    expect(received(network)).toEqual(['alice 1']);
  });

  it('does not count what no listener gets: a file whose message cannot be read', async () => {
    await using network = createTestNetwork({ cipherKey: 'enigma' });
    const alice = await inRoom(network, 'alice', { cipherKey: 'another' });
    const invalid: unknown[] = [];
    alice.on('invalidMessage', ({ raw }) => void invalid.push(raw));
    await network.client('bob').sendFile().channel('room').file('bytes').fileName('a.txt').execute();
    await network.idle();
    expect([received(network), invalid.length]).toEqual([[], 1]);
  });

  it('does not count an answer that a client gave up, or that came after it was closed', async () => {
    await using network = createTestNetwork();
    const alice = await inRoom(network, 'alice');
    const publishing = network.publish('room', 1);
    await alice.close();
    await publishing;
    expect(received(network)).toEqual([]);
  });

  it('counts what came from history, without which it would be lost', async () => {
    await using network = createTestNetwork();
    for (const n of [1, 2, 3]) await network.publish('room', n);
    const alice = network.client('alice');
    alice.on('message', () => undefined);
    await alice.subscribe().channels('room').withLast(2).execute().connected();
    await network.idle();
    expect(received(network)).toEqual(['alice 2', 'alice 3']);
  });

  it('counts a message once for a client that brings a fetch of its own', async () => {
    await using network = createTestNetwork();
    await inRoom(network, 'alice', { fetch: (request) => network.fetch(request) });
    await network.publish('room', 1);
    expect(received(network)).toEqual(['alice 1']);
  });

  it('knows of other clients what the origin has answered, each message once', async () => {
    const network = createTestNetwork();
    const server = setupServer(...handlers(network));
    server.listen({ onUnhandledFrame: 'error' });
    const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', clock: network.clock });
    await pubnub.subscribe().channels('room').execute().connected();
    network.duplicate();
    await network.publish('room', 1);
    await network.publish('room', 1);
    expect(received(network)).toEqual(['alice 1', 'alice 1']);
    await pubnub.close();
    await network.close();
    server.close();
  });

  it.each(['message', 'signal', 'file'] as const)('counts a %s that any listener gets', async (kind) => {
    await using network = createTestNetwork();
    let seen = 0;
    const send = async () => {
      const bob = network.client('bob');
      if (kind === 'message') await bob.publish({ channel: 'room', message: 1 }).execute();
      if (kind === 'signal') await bob.signal({ channel: 'room', message: 1 }).execute();
      if (kind === 'file') await bob.sendFile({ channel: 'room', file: 'x', fileName: 'x' }).execute();
      await network.idle();
      const all = network.received('room').slice(seen);
      seen += all.length;
      return all;
    };
    const alice = network.client('alice');
    const subscription = alice.subscribe().channels('room').execute();
    await subscription.connected();
    alice.on('gap', () => undefined);
    alice.addListener({ presence: () => undefined });
    expect(await send()).toEqual([]);
    const remove = alice.on(kind, () => undefined);
    expect(await send()).toMatchObject([{ kind, receiver: 'alice' }]);
    remove();
    expect(await send()).toEqual([]);
    alice.addListener({ [kind]: () => undefined });
    subscription.on(kind, () => undefined);
    expect(await send()).toMatchObject([{ kind, receiver: 'alice' }]);
  });

  it('counts a message when it is read, not when it is held for a reader', async () => {
    await using network = createTestNetwork();
    const subscription = network.client('alice').subscribe().channels('room').execute();
    await subscription.connected();
    await network.publish('room', 1);
    const messages = subscription.messages();
    await network.publish('room', 2);
    expect(received(network)).toEqual([]);
    await messages.next();
    expect(received(network)).toEqual(['alice 1']);
    await messages.next();
    const third = messages.next();
    await network.publish('room', 3);
    expect([received(network), Object(await third).value.message]).toEqual([
      ['alice 1', 'alice 2', 'alice 3'],
      3,
    ]);
  });

  it.each([
    ['drop-newest', 0],
    ['drop-oldest', 4],
  ] as const)('does not count what the overflow policy %s drops', async (overflow, kept) => {
    await using network = createTestNetwork();
    const subscription = network.client('alice').subscribe().channels('room').execute();
    await subscription.connected();
    const messages = subscription.messages({ buffer: 1, overflow });
    for (const n of [0, 1, 2, 3, 4]) await network.publish('room', n);
    await messages.next();
    expect(received(network)).toEqual([`alice ${kept}`]);
  });

  it('counts a message once that several subscriptions and readers get', async () => {
    await using network = createTestNetwork();
    const alice = await inRoom(network, 'alice');
    const others = ['room', 'room.*'].map((channels) => alice.subscribe({ channels }).execute());
    for (const other of others) other.on('message', () => undefined);
    const reading = others.map((other) => other.messages().next());
    await network.publish('room', 1);
    await reading[0];
    expect(received(network)).toEqual(['alice 1']);
  });

  it('starts anew after reset(), also with clients that stay', async () => {
    await using network = createTestNetwork();
    await inRoom(network, 'alice');
    await network.publish('room', 1);
    await network.reset({ keepClients: true });
    expect(received(network)).toEqual([]);
    await network.publish('room', 2);
    expect(received(network)).toEqual(['alice 2']);
  });
});

describe('the option onDelivered of a client', () => {
  it('does not keep the network from being told', async () => {
    await using network = createTestNetwork();
    const onDelivered = vi.fn();
    await inRoom(network, 'alice', { onDelivered });
    await network.publish('room', 1);
    expect([received(network), onDelivered.mock.calls.length]).toEqual([['alice 1'], 1]);
  });

  it('is told before the listeners, and a failure of it is reported as theirs is', async () => {
    await using network = createTestNetwork();
    const heard: unknown[] = [];
    const onDelivered: PubNubOptions['onDelivered'] = ({ d }, { userId }) => {
      heard.push(`${userId} ${d}`);
      throw new RangeError('mine');
    };
    const alice = await inRoom(network, 'alice', { onDelivered });
    alice.on('message', ({ message }) => void heard.push(message));
    alice.on('listenerError', ({ event, error }) => void heard.push([event, error]));
    await network.publish('room', 1);
    expect(heard).toEqual(['alice 1', ['message', new RangeError('mine')], 1]);
  });
});
