import { PubNub } from 'timetoken';
import { createTestNetwork, type Fault, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

const FAULTS: readonly (readonly [string, Fault])[] = [
  ...(['refused', 'reset', 'hang', 'stall', 'truncated', 'html', 'empty'] as const).map(
    (fault) => [fault, fault] as const,
  ),
  ...[404, 429, 503].map((status) => [`${status}`, { status }] as const),
];

/** A client that is subscribed to a room, and what it hears. */
async function inRoom(network: TestNetwork) {
  const pubnub = new PubNub({ ...network.options, userId: 'alice', subscribeRequestTimeout: 15 });
  const messages: unknown[] = [];
  const gaps: unknown[] = [];
  pubnub.on('message', ({ message }) => void messages.push(message));
  pubnub.on('gap', (gap) => void gaps.push(gap));
  const subscription = pubnub.subscribe().channels('room').execute();
  return { pubnub, messages, gaps, subscription };
}

/** Lets time pass until the client is connected, an hour at most. */
async function reconnected(network: TestNetwork, pubnub: PubNub): Promise<void> {
  for (let passed = 0; passed < 3_600 && pubnub.state !== 'connected'; passed += 5)
    await network.clock.advance(5_000);
}

describe.each(FAULTS)('a subscriber that meets %s', (_name, fault) => {
  it.each([1, 4])('at the first %d handshakes connects after them', async (times) => {
    await using network = createTestNetwork();
    network.fail(({ handshake }) => handshake, { with: fault, times });
    const { pubnub, messages } = await inRoom(network);
    await network.idle();
    expect(network.subscriptions).toEqual([]);
    await reconnected(network, pubnub);
    await network.subscribed('room');
    await network.publish('room', 'hello');
    expect([pubnub.state, messages]).toEqual(['connected', ['hello']]);
    await pubnub.close();
  });

  it.each([1, 3])('at %d polls loses and doubles nothing', async (times) => {
    await using network = createTestNetwork();
    const { pubnub, messages, gaps } = await inRoom(network);
    await network.subscribed('room');
    await network.idle();
    network.fail('subscribe', { with: fault, times });
    for (let n = 1; n <= 5; n++) {
      await network.publish('room', n);
      await network.clock.advance(16_000);
    }
    await reconnected(network, pubnub);
    await network.idle();
    expect({ messages, gaps, state: pubnub.state }).toEqual({
      ...{ messages: [1, 2, 3, 4, 5], gaps: [], state: 'connected' },
    });
    await pubnub.close();
  });
});

describe('a subscriber', () => {
  it('gets each message once although the network brings it twice', async () => {
    await using network = createTestNetwork();
    const { pubnub, messages } = await inRoom(network);
    await network.subscribed('room');
    network.duplicate(2);
    for (const n of [1, 2, 3]) await network.publish('room', n);
    expect(messages).toEqual([1, 2, 3]);
    expect(network.received('room').map(({ message }) => message)).toEqual([1, 2, 3]);
    await pubnub.close();
  });

  it('is told of an expired token while its poll is held, waits, and goes on with the new one', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice', token: 'old' });
    const messages: unknown[] = [];
    const categories: string[] = [];
    pubnub.on('message', ({ message }) => void messages.push(message));
    pubnub.on('status', ({ category }) => void categories.push(category));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    await network.idle();
    network.expireToken();
    await network.idle();
    expect(network.subscriptions).toEqual([]);
    expect(categories).toContain('PNAccessDeniedCategory');
    await network.publish('room', 'while it waits');
    const refused = await pubnub.hereNow({ channels: 'room' }).envelope();
    expect(refused.status).toMatchObject({ category: 'PNAccessDeniedCategory', statusCode: 403 });
    await network.clock.advance(600_000);
    expect(messages).toEqual([]);
    pubnub.setToken('new');
    await network.subscribed('room');
    await network.idle();
    expect(messages).toEqual(['while it waits']);
  });

  it('gets a new token from its provider when the old one has expired', async () => {
    await using network = createTestNetwork();
    let given = 0;
    const token = async () => `token-${++given}`;
    await using pubnub = new PubNub({ ...network.options, userId: 'alice', token });
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => void messages.push(message));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    await network.idle();
    network.expireToken();
    await network.publish('room', 'hello');
    await network.clock.advance(60_000);
    expect({ messages, given }).toEqual({ messages: ['hello'], given: 2 });
  });

  it('without a token does not mind that tokens expire', async () => {
    await using network = createTestNetwork();
    const { pubnub, messages } = await inRoom(network);
    await network.subscribed('room');
    network.expireToken();
    await network.publish('room', 1);
    expect(messages).toEqual([1]);
    await pubnub.close();
  });

  it('hears after an outage what was published meanwhile', async () => {
    await using network = createTestNetwork();
    const { pubnub, messages } = await inRoom(network);
    const states: string[] = [];
    pubnub.on('state', ({ state }) => void states.push(state));
    await network.subscribed('room');
    network.offline();
    await network.clock.advance(30_000);
    expect([pubnub.state, network.subscriptions]).toEqual(['reconnecting', []]);
    await network.publish('room', 'meanwhile');
    network.online();
    await network.clock.advance(150_000);
    await network.subscribed('room', { userId: 'alice' });
    expect({ messages, states }).toEqual({
      messages: ['meanwhile'],
      states: ['connected', 'reconnecting', 'connected'],
    });
    await pubnub.close();
  });

  it.each(['dead', 'reset'] as const)('wakes up after an hour with connections that are %s', async (how) => {
    await using network = createTestNetwork();
    const { pubnub, messages } = await inRoom(network);
    await network.subscribed('room');
    await network.idle();
    const before = network.clock.now();
    await network.sleep(600_000, { connections: how });
    expect(network.clock.now() - before).toBe(600_000);
    await network.publish('room', 'good morning');
    await network.clock.advance(60_000);
    expect([pubnub.state, messages]).toEqual(['connected', ['good morning']]);
    await pubnub.close();
  });

  it('loses a request that has just been sent, which waits from then on', async () => {
    await using network = createTestNetwork();
    const address = 'http://ps.pndsn.com/publish/demo/demo/0/room/0/1?uuid=raw';
    const sent = network.fetch(address).then(
      () => 'answered',
      () => 'failed',
    );
    await network.sleep(600_000);
    await network.clock.advance(60_000);
    await network.idle();
    expect(network.transcript()).toMatchObject([{ operation: 'publish', outcome: 'lost' }]);
    await expect(network.close()).rejects.toThrow('A request is still open: publish of raw on room.');
    expect(await sent).toBe('failed');
  });

  it('sleeps while the origin is awake: there, its presence runs out', async () => {
    await using network = createTestNetwork();
    const { pubnub } = await inRoom(network);
    const presence: string[] = [];
    const bob = new PubNub({ ...network.options, userId: 'bob' });
    await network.subscribed('room');
    await network.idle();
    await network.sleep(400_000);
    const { totalOccupancy } = await bob.hereNow({ channels: 'room' }).execute();
    expect({ totalOccupancy, presence }).toEqual({ totalOccupancy: 0, presence: [] });
    await pubnub.close();
  });
});
